"""Who may do what, and which changes of people are allowed."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.accounts.rules import Caller, OwnerStays, Permission, check_user_change, has_free_seat
from firstline.db.models.accounts import Role
from firstline.errors import Forbidden

roles = st.sampled_from(Role)
ENGINEER_GATES = [
    Permission.HANDLE_ESCALATIONS,
    Permission.READ_PROPOSALS,
    Permission.AUTHOR_FLOWS,
    Permission.USE_AI_SESSIONS,
    Permission.READ_ANALYTICS,
]


def caller(role: Role, **flags: bool) -> Caller:
    return Caller(uuid4(), uuid4(), role, **flags)  # type: ignore[arg-type]  # flags only


class TestAdmin:
    """Line 11 of the list of defects that must never appear."""

    @pytest.mark.parametrize("gate", Permission)
    def test_passes_every_gate_an_engineer_passes(self, gate: Permission) -> None:
        if caller(Role.ENGINEER, can_cover_l1=True).may(gate):
            assert caller(Role.ADMIN).may(gate)

    @pytest.mark.parametrize("gate", ENGINEER_GATES)
    def test_passes_the_engineers_gates(self, gate: Permission) -> None:
        assert caller(Role.ADMIN).may(gate)


class TestSuperAdmin:
    @given(roles, st.sampled_from(Permission))
    def test_passes_every_gate_in_any_role(self, role: Role, gate: Permission) -> None:
        assert caller(role, is_super_admin=True).may(gate)


class TestTeamAdmin:
    def test_reviews_for_the_own_team_and_for_none(self) -> None:
        team = uuid4()
        someone = replace(caller(Role.ENGINEER, is_team_admin=True), team_id=team)

        assert someone.may(Permission.REVIEW_PROPOSALS)
        assert someone.may_review(team)
        assert someone.may_review(None)
        assert not someone.may_review(uuid4())
        assert not someone.can_manage_account


class TestL1Workspace:
    def test_is_closed_to_engineers_who_do_not_cover_and_to_viewers(self) -> None:
        assert not caller(Role.ENGINEER).may(Permission.WORK_L1)
        assert not caller(Role.VIEWER, can_cover_l1=True).may(Permission.WORK_L1)
        assert caller(Role.ENGINEER, can_cover_l1=True).may(Permission.WORK_L1)


class TestUserChange:
    @given(by=roles, role=roles, new_role=roles, active=st.booleans())
    def test_never_makes_or_unmakes_an_owner(self, by: Role, role: Role, new_role: Role, *, active: bool) -> None:
        if (role is Role.OWNER) == (new_role is Role.OWNER) and (active or role is not Role.OWNER):
            return
        with pytest.raises((Forbidden, OwnerStays)):
            check_user_change(
                caller(by), user_id=uuid4(), role=role, is_super_admin=False, new_role=new_role, new_is_active=active
            )

    @pytest.mark.parametrize("is_super_admin", [False, True])
    def test_raises_nobody_who_makes_it(self, is_super_admin: bool) -> None:
        oneself = caller(Role.ENGINEER, is_super_admin=is_super_admin)

        with pytest.raises(Forbidden):
            check_user_change(
                oneself,
                user_id=oneself.user_id,
                role=Role.ENGINEER,
                is_super_admin=is_super_admin,
                new_role=Role.ADMIN,
                new_is_active=True,
            )

    def test_of_a_platform_administrator_is_the_platforms_own(self) -> None:
        with pytest.raises(Forbidden):
            check_user_change(
                caller(Role.OWNER),
                user_id=uuid4(),
                role=Role.ENGINEER,
                is_super_admin=True,
                new_role=Role.VIEWER,
                new_is_active=True,
            )


class TestSeats:
    def test_are_unlimited_without_a_limit_and_full_at_it(self) -> None:
        assert has_free_seat(current=1000, limit=None)
        assert has_free_seat(current=1, limit=2)
        assert not has_free_seat(current=2, limit=2)
        assert not has_free_seat(current=3, limit=2)
