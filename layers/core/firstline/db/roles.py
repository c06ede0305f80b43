"""The application's role: made once, before the first migration grants to it."""

from sqlalchemy import Connection, text

APPLICATION = "firstline_app"

_ENSURE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}') THEN
        CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam')
        AND NOT pg_has_role('{APPLICATION}', 'rds_iam', 'member') THEN
        GRANT rds_iam TO {APPLICATION};
    END IF;
END $$
"""


def ensure_application_role(connection: Connection) -> None:
    """Make the role the functions sign in as, by IAM where the server knows it; repeating it changes nothing."""
    connection.execute(text(_ENSURE))
