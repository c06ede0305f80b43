"""Runs migrations on the connection it is handed, in one transaction."""

from alembic import context

from firstline.db.models import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
