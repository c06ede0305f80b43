"""Every change of teams."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from firstline.accounts import queries
from firstline.accounts.rules import Caller
from firstline.accounts.schemas import TeamDetails
from firstline.accounts.uniqueness import or_conflict
from firstline.audit import service as audit
from firstline.db.models import Team, User
from firstline.errors import Conflict


class TeamNameTaken(Conflict):
    type = "team-name-taken"
    title = "A team has this name"


def create_team(db: Session, *, name: str, by: Caller, at: datetime) -> TeamDetails:
    """Add a team; raises TeamNameTaken."""
    team = Team(account_id=by.account_id, id=uuid4(), name=name, created_at=at)
    with or_conflict(db, _taken(name)):
        db.add(team)
    _record(db, team, "team.created", by, at)
    return TeamDetails.model_validate(team)


def rename_team(db: Session, *, team_id: UUID, name: str, by: Caller, at: datetime) -> TeamDetails:
    """Change the name; raises TeamNameTaken."""
    team = queries.get_team(db, account_id=by.account_id, team_id=team_id)
    with or_conflict(db, _taken(name)):
        team.name = name
    _record(db, team, "team.renamed", by, at)
    return TeamDetails.model_validate(team)


def delete_team(db: Session, *, team_id: UUID, by: Caller, at: datetime) -> None:
    """Delete the team; its people and proposals stay, without a team and so without a team admin."""
    team = queries.get_team(db, account_id=by.account_id, team_id=team_id)
    db.execute(
        update(User).where(User.account_id == by.account_id, User.team_id == team_id).values(is_team_admin=False)
    )
    _record(db, team, "team.deleted", by, at)
    db.delete(team)


def _taken(name: str) -> TeamNameTaken:
    return TeamNameTaken(f"Another team of the account is called '{name}'. Choose another name.")


def _record(db: Session, team: Team, action: str, by: Caller, at: datetime) -> None:
    audit.record(
        db,
        account_id=team.account_id,
        user_id=by.user_id,
        action=action,
        resource_type="team",
        resource_id=team.id,
        details={"name": team.name},
        at=at,
    )
