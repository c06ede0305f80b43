"""What goes over the wire about accounts and their people."""

from uuid import UUID

from pydantic import BaseModel

from firstline.accounts.rules import Permission
from firstline.db.models.accounts import Role


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
