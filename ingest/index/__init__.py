"""The derived index: edits, spans of sentences, full text. Never part of the record.

It lies beside a SQLite store in a file of its own, on Postgres in a schema of its own, and follows
the log: `database` opens it, and makes it anew when it is missing, damaged, of another version or of another
store; `fill` takes in what the log has grown by; `fulltext`, `blame` and `stored_edits` ask it. Deleting it
loses nothing but the time to make it again.
"""
