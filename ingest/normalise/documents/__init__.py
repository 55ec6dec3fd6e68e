"""Readers of documents that are no plain text: one module a format, each `read(data, limits) -> Extracted`.

`media` says by its content which format a file has. A module loads the library that it reads with when it
is first asked, so that who never meets the format never pays for it.
"""
