"""The edges that feel the file system: walk it, hear of it, read it, tell whether it is still the same."""
