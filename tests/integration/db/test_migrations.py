"""An empty database is brought up to what the models say, and down again."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from firstline.db import migrations, rls
from firstline.db.models import Table

UNPROTECTED = {"alembic_version"}


@pytest.fixture
def empty(cloud: Any) -> Iterator[Engine]:
    """A database of the owner's with nothing in it."""
    name = cloud.local.copy_database(f"empty_{uuid4().hex[:8]}", template="template0")
    url = cloud.local.database_url("owner", name).replace("postgresql://", "postgresql+pg8000://")
    superuser = create_engine(
        cloud.local.database_url("superuser", name).replace("postgresql://", "postgresql+pg8000://")
    )
    with superuser.begin() as connection:
        connection.execute(text("GRANT ALL ON SCHEMA public TO firstline_owner"))
    superuser.dispose()
    engine = create_engine(url)
    yield engine
    engine.dispose()


class TestMigrations:
    def test_make_of_an_empty_database_what_the_models_say(self, empty: Engine) -> None:
        with empty.begin() as connection:
            migrations.upgrade(connection)
        with empty.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Table.metadata) == []

    def test_run_down_and_up_again(self, empty: Engine) -> None:
        with empty.begin() as connection:
            first = migrations.upgrade(connection)
        with empty.begin() as connection:
            migrations.downgrade(connection)
        with empty.connect() as connection:
            left = set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        assert left <= UNPROTECTED
        with empty.begin() as connection:
            assert migrations.upgrade(connection) == first

    def test_upgrade_twice_without_harm(self, empty: Engine) -> None:
        for _ in range(2):
            with empty.begin() as connection:
                migrations.upgrade(connection, phase="pre")
        with empty.begin() as connection:
            assert migrations.upgrade(connection) == "0002"

    def test_keep_every_reference_inside_its_account(self, empty: Engine) -> None:
        with empty.begin() as connection:
            migrations.upgrade(connection)
            found = connection.execute(
                text(
                    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE contype = 'f' AND confrelid <> 'accounts'::regclass"
                )
            ).all()
        assert found
        assert [row for row in found if "FOREIGN KEY (account_id, " not in row[2]] == []


class TestRowLevelSecurity:
    def test_is_enabled_and_forced_on_every_table_with_one_account_policy(self, empty: Engine) -> None:
        with empty.begin() as connection:
            migrations.upgrade(connection)
            tables = connection.execute(
                text(
                    "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
                    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                )
            ).all()
            policies = set(
                connection.scalars(text("SELECT tablename FROM pg_policies WHERE policyname = 'account_isolation'"))
            )
        protected = {name for name, enabled, forced in tables if enabled and forced}
        assert protected == set(Table.metadata.tables) == policies
        assert {name for name, *_ in tables} - protected == UNPROTECTED

    def test_application_role_can_neither_bypass_nor_own(self, cloud: Any) -> None:
        with cloud.owner.connect() as connection:
            role = connection.execute(
                text("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'firstline_app'")
            ).one()
            owned = connection.scalar(text("SELECT count(*) FROM pg_tables WHERE tableowner = 'firstline_app'"))
        assert (tuple(role), owned) == ((False, False, False), 0)

    def test_append_only_tables_cannot_be_changed_by_the_application(self, cloud: Any) -> None:
        with cloud.owner.connect() as connection:
            granted = connection.execute(
                text(
                    "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
                    " WHERE grantee = 'firstline_app'"
                )
            ).all()
        for table in rls.APPEND_ONLY:
            assert {deed for name, deed in granted if name == table} == {"SELECT", "INSERT"}
        for table in rls.IMMUTABLE:
            assert "UPDATE" not in {deed for name, deed in granted if name == table}
