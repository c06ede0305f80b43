"""Migrations in two halves: `pre` runs before the new code is live, `post` after; `upgrade` runs either."""

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

Phase = Literal["pre", "post"]


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, phase: Phase = "post") -> str:
    """Bring the schema up and return the revision reached.

    `pre` stops before the first revision that must wait for the new code (its module says `phase = "post"`).
    """
    config = configuration(connection)
    target = _last_before_post(config) if phase == "pre" else "head"
    command.upgrade(config, target)
    return ScriptDirectory.from_config(config).get_current_head() or "" if target == "head" else target


def downgrade(connection: Connection, revision: str = "base") -> None:
    command.downgrade(configuration(connection), revision)


def _last_before_post(config: Config) -> str:
    reached = "base"
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        if getattr(script.module, "phase", "pre") == "post":
            break
        reached = script.revision
    return reached
