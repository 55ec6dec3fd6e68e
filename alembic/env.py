"""Alembic's entry: on a connection handed in, or on the database that the settings name."""

from __future__ import annotations

from alembic import context

from ingest.store import tables


def migrate(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_in = context.config.attributes.get("connection")
if handed_in is not None:
    migrate(handed_in)
elif context.is_offline_mode():
    raise SystemExit("ingest keeps no offline migrations: run them on the database")
else:
    from ingest.config import load
    from ingest.store.engine import Store
    from ingest.store.url import parse_url

    settings = load()
    store = Store(parse_url(context.config.attributes.get("url") or settings.database_url))
    with store.write() as opened:
        migrate(opened)
