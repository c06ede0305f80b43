"""The database: connection, transaction, tables and migrations."""
