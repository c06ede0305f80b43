"""As the application's role: another account's row can neither be read, written nor guessed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import Flow, Table, Ticket, User, Walk

NOT_ALLOWED = "new row violates row-level security policy"


@pytest.fixture
def theirs(account: Any) -> dict[str, Any]:
    """Another account with a flow and a ticket in it, written past row-level security."""
    flow_id, ticket_id = uuid4(), uuid4()
    account.execute(
        "INSERT INTO trees (account_id, id, name, draft, created_at, updated_at)"
        " VALUES (:account, :flow, 'Theirs', '{}', now(), now())",
        flow=flow_id,
    )
    account.execute(
        "INSERT INTO internal_tickets (account_id, id, problem_text, created_at, updated_at)"
        " VALUES (:account, :ticket, 'Theirs', now(), now())",
        ticket=ticket_id,
    )
    return {"account_id": account.id, "flow_id": flow_id, "ticket_id": ticket_id, "user_id": account.user_id("admin")}


class TestReading:
    def test_shows_nothing_of_another_account(self, db: Session, theirs: dict[str, Any]) -> None:
        assert db.get(Flow, (theirs["account_id"], theirs["flow_id"])) is None
        for table in Table.metadata.tables:
            column = "id" if table == "accounts" else "account_id"
            query = text(f"SELECT count(*) FROM {table} WHERE {column} = :theirs")
            assert db.scalar(query, {"theirs": theirs["account_id"]}) == 0, table

    @pytest.mark.parametrize("setting", [None, ""])
    def test_shows_nothing_at_all_without_an_account(
        self, application: Engine, theirs: dict[str, Any], setting: str | None
    ) -> None:
        assert theirs
        with application.connect() as connection:
            if setting is not None:
                connection.execute(
                    text("SELECT set_config('app.current_account_id', :value, true)"), {"value": setting}
                )
            for table in Table.metadata.tables:
                assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table

    def test_a_sweep_sees_ids_of_accounts_and_unsent_messages_only(
        self, application: Engine, theirs: dict[str, Any]
    ) -> None:
        with application.connect() as connection:
            connection.execute(text("SELECT set_config('app.sweep', 'accounts', true)"))
            assert theirs["account_id"] in set(connection.scalars(text("SELECT id FROM accounts")))
            for table in set(Table.metadata.tables) - {"accounts"}:
                assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table

    def test_signing_in_sees_the_own_user_only(self, application: Engine, account: Any) -> None:
        (subject,) = {user.identity_sub for user in account.rows(User, account_role="viewer")}
        with application.connect() as connection:
            connection.execute(text("SELECT set_config('app.current_subject', :sub, true)"), {"sub": subject})
            seen = connection.execute(text("SELECT id FROM users")).all()
        assert [str(row.id) for row in seen] == [account.user_id("viewer")]


class TestWriting:
    def test_into_another_account_is_refused(self, db: Session, theirs: dict[str, Any]) -> None:
        db.add(Ticket(account_id=theirs["account_id"], problem_text="x", created_at=now(), updated_at=now()))
        with pytest.raises(ProgrammingError, match=NOT_ALLOWED):
            db.flush()

    def test_changes_and_deletes_nothing_of_another_account(self, db: Session, theirs: dict[str, Any]) -> None:
        changed = db.execute(text("UPDATE trees SET name = 'Mine' WHERE id = :id"), {"id": theirs["flow_id"]})
        deleted = db.execute(text("DELETE FROM internal_tickets WHERE id = :id"), {"id": theirs["ticket_id"]})

        assert (changed.rowcount, deleted.rowcount) == (0, 0)  # type: ignore[attr-defined]  # a cursor result

    def test_moving_a_row_to_another_account_is_refused(self, db: Session, people: Any, theirs: dict[str, Any]) -> None:
        ticket = Ticket(account_id=people.account_id, problem_text="x", created_at=now(), updated_at=now())
        db.add(ticket)
        db.flush()
        with pytest.raises(DBAPIError, match=NOT_ALLOWED), db.begin_nested():
            db.execute(
                text("UPDATE internal_tickets SET account_id = :theirs WHERE id = :id"),
                {"theirs": theirs["account_id"], "id": ticket.id},
            )


class TestGuessing:
    def test_a_foreign_key_fails_the_same_for_a_foreign_and_an_unknown_row(
        self, db: Session, people: Any, theirs: dict[str, Any]
    ) -> None:
        said = [self._walk_of(db, people, flow_id) for flow_id in (theirs["flow_id"], uuid4())]

        assert said[0] == said[1]

    def test_an_id_taken_in_another_account_is_free_in_this_one(
        self, db: Session, people: Any, theirs: dict[str, Any]
    ) -> None:
        db.add(
            Ticket(
                account_id=people.account_id,
                id=theirs["ticket_id"],
                problem_text="Mine",
                created_at=now(),
                updated_at=now(),
            )
        )
        db.flush()

        assert db.scalars(text("SELECT problem_text FROM internal_tickets")).all() == ["Mine"]

    def test_an_address_taken_in_another_account_is_free_in_this_one(
        self, db: Session, people: Any, account: Any
    ) -> None:
        db.add(
            User(
                account_id=people.account_id,
                email=account.users["admin"]["email"],
                display_name="Somebody",
                account_role="viewer",
                created_at=now(),
            )
        )
        db.flush()

        assert db.scalar(text("SELECT count(*) FROM users")) == 6

    def _walk_of(self, db: Session, people: Any, flow_id: UUID) -> str:
        walk = Walk(
            account_id=people.account_id,
            created_by_user_id=people.l1_tech.user_id,
            ticket_id="1",
            ticket_kind="internal",
            session_kind="flow",
            flow_id=flow_id,
            started_at=now(),
            last_step_at=now(),
        )
        savepoint = db.begin_nested()
        db.add(walk)
        with pytest.raises(IntegrityError) as refused:
            db.flush()
        savepoint.rollback()
        return str(refused.value.orig.args[0]["M"])  # type: ignore[union-attr]  # pg8000's fields
