"""Full text over sentences: `query` reads a question, `search` answers it.

On SQLite it asks `fts5`, on Postgres `tsvector`.
"""
