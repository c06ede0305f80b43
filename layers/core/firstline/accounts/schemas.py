"""What goes over the wire about accounts and their people."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from firstline.accounts.rules import Permission
from firstline.db.models.accounts import Role


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not contain control characters")
    return text


Printable = AfterValidator(_printable)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Printable]
TeamName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Printable]
EmailAddress = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=320, pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+$"
    ),
    Printable,
]
InvitedRole = Literal["admin", "engineer", "l1_tech", "viewer"]


class Wanted(BaseModel):
    """A change: only the members that are sent are changed, and an unknown member is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """What is told of a row."""

    model_config = ConfigDict(from_attributes=True)


class AccountSummary(BaseModel):
    id: UUID
    name: str
    l1_categories: list[str]


class Me(BaseModel):
    id: UUID
    email: str
    display_name: str
    account_role: Role
    is_super_admin: bool
    is_team_admin: bool
    can_cover_l1: bool
    can_manage_account: bool
    team_id: UUID | None
    account: AccountSummary
    permissions: list[Permission]


class OpenAccount(BaseModel):
    name: Name


class AccountDetails(Shown):
    id: UUID
    name: str
    l1_categories: list[str]
    escalation_recipients: list[UUID] | None = Field(description="null: the defaults; an empty list: nobody")
    created_at: datetime


class UpdateAccount(Wanted):
    name: Name = ""
    escalation_recipients: list[UUID] | None = Field(default=None, max_length=200)


class SeatUse(BaseModel):
    used: int
    limit: int | None


class Seats(BaseModel):
    """Seats by role; a null limit is unlimited."""

    plan: str | None
    engineer: SeatUse
    l1_tech: SeatUse


class UpdateSeats(Wanted):
    seat_limit: int | None = Field(default=None, ge=0, le=100_000)
    l1_seat_limit: int | None = Field(default=None, ge=0, le=100_000)


class UserDetails(Shown):
    id: UUID
    email: str
    display_name: str
    account_role: Role
    is_super_admin: bool
    is_team_admin: bool
    can_cover_l1: bool
    is_active: bool
    team_id: UUID | None
    created_at: datetime


class UpdateUser(Wanted):
    display_name: Name = ""
    account_role: Role = Role.VIEWER
    is_team_admin: bool = False
    can_cover_l1: bool = False
    is_active: bool = True
    team_id: UUID | None = None


class TransferOwnership(BaseModel):
    user_id: UUID


class InviteUser(Wanted):
    email: EmailAddress
    account_role: InvitedRole
    display_name: Name | None = None
    team_id: UUID | None = None
    can_cover_l1: bool = False


class InviteDetails(Shown):
    id: UUID
    email: str
    display_name: str | None
    account_role: Role
    team_id: UUID | None
    can_cover_l1: bool
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    accepted_by: UUID | None
    revoked_at: datetime | None


class TeamDetails(Shown):
    id: UUID
    name: str
    created_at: datetime


class NameTeam(BaseModel):
    name: TeamName
