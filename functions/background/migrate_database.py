"""At deploy: bring the database's schema up, the half before the new code or the half after."""

from typing import Any

from firstline.db import migrations, roles
from firstline.db.engine import make_engine
from firstline.settings import settings


def handler(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Upgrade by `{"phase": "pre" | "post"}` (post when left out) and return the revision reached."""
    now = settings()
    engine = make_engine(now, user=now.migration_user, secret_arn=now.migration_secret_arn, statement_timeout=580)
    with engine.begin() as connection:
        roles.ensure_application_role(connection)
        revision = migrations.upgrade(connection, phase=event.get("phase", "post"))
    engine.dispose()
    return {"revision": revision}
