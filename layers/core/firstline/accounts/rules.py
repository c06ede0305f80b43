"""Who may do what: roles, permissions, the caller of a request, and which changes of people are allowed."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from firstline.db.models.accounts import Role
from firstline.db.models.walks import ActingAs
from firstline.errors import Conflict, Forbidden, Problem


class Permission(StrEnum):
    """A deed; the table below says who may do it."""

    USE_PRODUCT = "use_product"
    WORK_L1 = "work_l1"
    HANDLE_ESCALATIONS = "handle_escalations"
    READ_PROPOSALS = "read_proposals"
    REVIEW_PROPOSALS = "review_proposals"
    READ_FLOWS = "read_flows"
    AUTHOR_FLOWS = "author_flows"
    PUBLISH_FLOWS = "publish_flows"
    MANAGE_ACCOUNT = "manage_account"
    OWN_ACCOUNT = "own_account"
    USE_AI_SESSIONS = "use_ai_sessions"
    READ_ANALYTICS = "read_analytics"
    READ_AUDIT = "read_audit"


_ENGINEERS = frozenset({Role.OWNER, Role.ADMIN, Role.ENGINEER})
_MANAGERS = frozenset({Role.OWNER, Role.ADMIN})

_ROLES: dict[Permission, frozenset[Role]] = {
    Permission.USE_PRODUCT: frozenset(Role),
    Permission.WORK_L1: _MANAGERS | {Role.L1_TECH},
    Permission.HANDLE_ESCALATIONS: _ENGINEERS,
    Permission.READ_PROPOSALS: _ENGINEERS,
    Permission.REVIEW_PROPOSALS: _MANAGERS,
    Permission.READ_FLOWS: frozenset(Role),
    Permission.AUTHOR_FLOWS: _ENGINEERS,
    Permission.PUBLISH_FLOWS: _MANAGERS,
    Permission.MANAGE_ACCOUNT: _MANAGERS,
    Permission.OWN_ACCOUNT: frozenset({Role.OWNER}),
    Permission.USE_AI_SESSIONS: _ENGINEERS,
    Permission.READ_ANALYTICS: _ENGINEERS,
    Permission.READ_AUDIT: _MANAGERS,
}

_RANK = {role: place for place, role in enumerate(reversed(Role))}
_TEAM_ADMIN_TOO = frozenset({Permission.REVIEW_PROPOSALS, Permission.PUBLISH_FLOWS})


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in, active user behind a request."""

    account_id: UUID
    user_id: UUID
    role: Role
    email: str = ""
    display_name: str = ""
    team_id: UUID | None = None
    is_super_admin: bool = False
    is_team_admin: bool = False
    can_cover_l1: bool = False

    @property
    def can_manage_account(self) -> bool:
        """The one definition of who may manage the account."""
        return self.is_super_admin or self.role in _MANAGERS

    @property
    def acting_as(self) -> ActingAs | None:
        """Who works the L1 surface in whose place: an engineer covering; null for a native L1."""
        return ActingAs.L1_COVERAGE if self.role is Role.ENGINEER and not self.is_super_admin else None

    def may(self, permission: Permission) -> bool:
        """Tell whether a gate lets this caller pass.

        A team admin passes the review gates; which teams' proposals that covers is asked of `may_review`.
        """
        if self.is_super_admin or self.role in _ROLES[permission]:
            return True
        if permission is Permission.WORK_L1:
            return self.role is Role.ENGINEER and self.can_cover_l1
        return permission in _TEAM_ADMIN_TOO and self.is_team_admin and self.role in _ENGINEERS

    def may_review(self, team_id: UUID | None) -> bool:
        """Tell whether the caller may review what belongs to a team, or to none."""
        return self.can_manage_account or (
            self.may(Permission.REVIEW_PROPOSALS) and (team_id is None or team_id == self.team_id)
        )

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless the gate lets the caller pass."""
        if not self.may(permission):
            raise Forbidden(
                f"Your role '{self.role}' does not allow this. Ask an owner or admin of your account for the right.",
                role=self.role.value,
                permission=permission.value,
            )


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person, whether or not a user of an account; `email` only when the identity provider verified it."""

    subject: str
    email: str | None = None
    name: str | None = None

    @property
    def display_name(self) -> str:
        return self.name or (self.email or "").partition("@")[0] or self.subject


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is about to be opened."""

    account_id: UUID


class UnverifiedAddress(Forbidden):
    type = "unverified-address"
    title = "The e-mail address is not verified"


class SeatLimitExceeded(Problem):
    status = 402
    type = "seat_limit_exceeded"
    title = "No seat is free"


class OwnerStays(Conflict):
    type = "owner-stays"
    title = "The owner changes by transfer only"


def has_free_seat(*, current: int, limit: int | None) -> bool:
    """Tell whether one more fits; an account over its limit keeps its people but gets no more."""
    return limit is None or current < limit


def check_user_change(
    caller: Caller, *, user_id: UUID, role: Role, is_super_admin: bool, new_role: Role, new_is_active: bool
) -> None:
    """Raise Forbidden or OwnerStays unless the caller may give a user this role and state."""
    if is_super_admin and not caller.is_super_admin:
        raise Forbidden("Only the platform's own staff changes a platform administrator.")
    if role is Role.OWNER and (new_role is not Role.OWNER or not new_is_active):
        raise OwnerStays("Hand the account over first: POST /v1/accounts/me/transfer-ownership.")
    if new_role is Role.OWNER and role is not Role.OWNER:
        raise Forbidden("An account gets another owner by transfer: POST /v1/accounts/me/transfer-ownership.")
    if user_id != caller.user_id:
        return
    if _RANK[new_role] > _RANK[role]:
        raise Forbidden("Nobody raises their own role. Ask another owner or admin of your account.")
    if not new_is_active:
        raise Forbidden("Nobody shuts themselves out. Ask another owner or admin of your account.")
