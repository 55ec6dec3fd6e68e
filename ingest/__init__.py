"""ingest: watches folders of documents and keeps their history."""

__version__ = "0.1.0"
