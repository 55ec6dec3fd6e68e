"""Documents of foreign formats, read in processes that can do nothing else.

`reader` is what everybody else sees: bytes in, text or a reason out. It starts a warden (`warden`), which
holds the children (`child`). A child is warmed, then locked (`locks`), then given a document: what breaks
into a reader holds nothing but that document. The process that captures parses no foreign format.
"""
