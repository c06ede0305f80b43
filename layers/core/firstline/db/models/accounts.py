"""Accounts, what they pay for, and their people."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, Tenant, allowed, reference, word


class Role(StrEnum):
    """What a user is in the account, highest first. Changed by whoever may manage the account; one owner at least."""

    OWNER = "owner"
    ADMIN = "admin"
    ENGINEER = "engineer"
    L1_TECH = "l1_tech"
    VIEWER = "viewer"


class Account(Table):
    """A tenant: one managed service provider."""

    __tablename__ = "accounts"
    __table_args__ = ({"comment": "Tenants; the root of row-level security."},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    l1_categories: Mapped[list[str]] = mapped_column(comment="Categories in which building is on; empty turns it off")
    escalation_recipients: Mapped[list[str] | None] = mapped_column(
        JSONB(none_as_null=True), comment="User ids; null means the defaults, an empty list means nobody"
    )
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), default=dict)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Subscription(Tenant, Table):
    """How many seats an account has; no row never blocks."""

    __tablename__ = "subscriptions"
    __table_args__ = ({"comment": "Seat limits; null is unlimited."},)

    plan: Mapped[str] = mapped_column(word(50))
    seat_limit: Mapped[int | None] = mapped_column(comment="Engineers; null is unlimited")
    l1_seat_limit: Mapped[int | None] = mapped_column(comment="L1 technicians; null is unlimited")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Team(Identified, Table):
    """A group of users whose team admin reviews its proposals."""

    __tablename__ = "teams"
    __table_args__ = (
        Index("uq_teams_account_id_name", "account_id", text("lower(name)"), unique=True),
        {"comment": "Teams of an account."},
    )

    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]


class User(Identified, Table):
    """A person of an account; deactivated or soft-deleted ones cannot sign in and are never notified."""

    __tablename__ = "users"
    __table_args__ = (
        reference("team_id", "teams", gone="SET NULL"),
        allowed("account_role", Role),
        Index("uq_users_email", "account_id", text("lower(email)"), unique=True, postgresql_where="deleted_at IS NULL"),
        Index("ix_users_identity_sub", "identity_sub"),
        {"comment": "People; linked to their identity by its sub."},
    )

    email: Mapped[str] = mapped_column(String(320))
    display_name: Mapped[str] = mapped_column(String(200))
    account_role: Mapped[str] = mapped_column(word())
    is_super_admin: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_team_admin: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    can_cover_l1: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    team_id: Mapped[UUID | None]
    identity_sub: Mapped[str | None] = mapped_column(String(128), comment="The sub claim of the identity provider")
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Invite(Identified, Table):
    """An open door for one e-mail address: open until accepted, revoked or past `expires_at`."""

    __tablename__ = "invites"
    __table_args__ = (
        reference("team_id", "teams", gone="SET NULL"),
        reference("invited_by", "users", gone="SET NULL"),
        reference("accepted_by", "users", gone="SET NULL"),
        allowed("account_role", Role),
        Index(
            "uq_invites_open_email",
            "account_id",
            text("lower(email)"),
            unique=True,
            postgresql_where="accepted_at IS NULL AND revoked_at IS NULL",
        ),
        Index("ix_invites_email", text("lower(email)")),
        {"comment": "Invitations by e-mail address."},
    )

    email: Mapped[str] = mapped_column(String(320))
    display_name: Mapped[str | None] = mapped_column(String(200))
    account_role: Mapped[str] = mapped_column(word())
    team_id: Mapped[UUID | None]
    can_cover_l1: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    invited_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class ModelSpend(Tenant, Table):
    """What an account's models cost on one day; the budget is checked against it."""

    __tablename__ = "model_spend"
    __table_args__ = ({"comment": "Model cost per account and UTC day, in US dollars."},)

    day: Mapped[date] = mapped_column(primary_key=True)
    cost: Mapped[Decimal] = mapped_column(Numeric(12, 6), server_default=text("0"))
    model_calls: Mapped[int] = mapped_column(server_default=text("0"))
