"""Every change of accounts and their people."""

from sqlalchemy.orm import Session

from firstline.accounts import queries
from firstline.accounts.rules import Caller, Permission
from firstline.accounts.schemas import AccountSummary, Me


def describe_caller(db: Session, *, caller: Caller) -> Me:
    account = queries.get_account(db, account_id=caller.account_id)
    return Me(
        id=caller.user_id,
        email=caller.email,
        display_name=caller.display_name,
        account_role=caller.role,
        is_super_admin=caller.is_super_admin,
        is_team_admin=caller.is_team_admin,
        can_cover_l1=caller.can_cover_l1,
        can_manage_account=caller.can_manage_account,
        team_id=caller.team_id,
        account=AccountSummary(id=account.id, name=account.name, l1_categories=account.l1_categories),
        permissions=[permission for permission in Permission if caller.may(permission)],
    )
