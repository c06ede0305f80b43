"""Row-level security: which rows a transaction sees, and what the application role may do.

Every tenant table compares `account_id` with the setting app.current_account_id; unset or empty shows nothing. Three
narrow doors stand beside that, each opened by a setting of its own for one transaction: signing in finds the user of a
verified subject, an invite is found by a verified e-mail address, and a sweep lists account ids and unsent messages.
"""

from collections.abc import Iterator

APPEND_ONLY = ("audit_logs",)
IMMUTABLE = ("tree_versions",)  # only `proposal_id` and `published_by` may be set to null, by their foreign keys

_CURRENT = "nullif(current_setting('app.current_account_id', true), '')::uuid"
_SUBJECT = "nullif(current_setting('app.current_subject', true), '')"
_EMAIL = "nullif(current_setting('app.current_email', true), '')"
_SWEEP = "current_setting('app.sweep', true)"


def secure(table: str) -> Iterator[str]:
    """Yield the SQL that puts a tenant table behind its account."""
    column = "id" if table == "accounts" else "account_id"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield (
        f"CREATE POLICY account_isolation ON {table} USING ({column} = {_CURRENT}) WITH CHECK ({column} = {_CURRENT})"
    )


def doors() -> Iterator[str]:
    """Yield the SQL of the three narrow doors."""
    yield f"CREATE POLICY sign_in ON users FOR SELECT USING (identity_sub = {_SUBJECT})"
    yield f"CREATE POLICY invited ON invites FOR SELECT USING (lower(email) = lower({_EMAIL}))"
    yield f"CREATE POLICY sweep ON accounts FOR SELECT USING ({_SWEEP} = 'accounts')"
    yield f"CREATE POLICY sweep ON outbox FOR SELECT USING ({_SWEEP} = 'outbox' AND sent_at IS NULL)"


def grants(tables: list[str], role: str) -> Iterator[str]:
    """Yield the SQL that lets the application role work, and no more."""
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    for table in tables:
        if table in APPEND_ONLY:
            deeds = "SELECT, INSERT"
        elif table in IMMUTABLE:
            deeds = "SELECT, INSERT, DELETE"
        else:
            deeds = "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {deeds} ON {table} TO {role}"
