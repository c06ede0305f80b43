"""What all tables share: names of constraints, the tenant's key, and references that never leave the account.

The primary key of a tenant table is (account_id, id) and every reference carries the account: a foreign id fails
exactly as an unknown one does, so neither a foreign key nor a unique constraint tells that a row of another
account exists.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, MetaData, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

type_map = {
    datetime: DateTime(timezone=True),
    UUID: Uuid(),
    dict[str, Any]: JSONB(),
    list[str]: JSONB(),
    list[dict[str, Any]]: JSONB(),
}


class Table(DeclarativeBase):
    """The root of all tables."""

    type_annotation_map = type_map
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Tenant:
    """A row that belongs to an account; row-level security compares `account_id` with app.current_account_id."""

    @declared_attr
    @classmethod
    def account_id(cls) -> Mapped[UUID]:
        return mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, sort_order=-2)


class Identified(Tenant):
    """A tenant row with an id of its own."""

    @declared_attr
    @classmethod
    def id(cls) -> Mapped[UUID]:
        return mapped_column(primary_key=True, default=uuid4, sort_order=-1)


def reference(column: str, table: str, *, gone: str, name: str | None = None) -> ForeignKeyConstraint:
    """Refer to a row of the same account; `gone` is what happens when it is deleted: CASCADE or SET NULL."""
    action = f"SET NULL ({column})" if gone == "SET NULL" else gone
    return ForeignKeyConstraint(
        ["account_id", column], [f"{table}.account_id", f"{table}.id"], ondelete=action, name=name, use_alter=bool(name)
    )


def allowed(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Promise that a column holds only the members of an enum."""
    listed = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def word(length: int = 32) -> Any:
    return String(length)
