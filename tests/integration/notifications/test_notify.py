"""Events become notifications and deliveries, in the database as the application's role sees it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import Account, Notification, NotificationDelivery, OutboxMessage, User, WebhookEndpoint
from firstline.notifications import service
from firstline.outbox.messages import EventHappened


@pytest.fixture
def escalated(people: Any) -> EventHappened:
    return EventHappened(
        account_id=people.account_id,
        event="l1.session.escalated",
        subject_id=uuid4(),
        facts={"problem": "Line is dead", "reason_category": "other"},
    )


def told(db: Session) -> set[UUID]:
    return set(db.scalars(select(Notification.user_id)))


def change(db: Session, *user_ids: UUID, **values: Any) -> None:
    account_id = db.info["account_id"]
    db.execute(update(User).where(User.account_id == account_id, User.id.in_(user_ids)).values(**values))


class TestEscalation:
    """Line 8 of the list of defects that must never appear."""

    def test_without_engineers_reaches_the_owner_and_the_admins(
        self, db: Session, people: Any, escalated: EventHappened
    ) -> None:
        change(db, people.engineer.user_id, account_role="viewer")

        service.notify(db, happened=escalated, at=now())

        assert told(db) == {people.owner.user_id, people.admin.user_id}

    def test_never_reaches_the_deleted_and_the_inactive(
        self, db: Session, people: Any, escalated: EventHappened
    ) -> None:
        change(db, people.engineer.user_id, deleted_at=now())
        change(db, people.admin.user_id, is_active=False)
        chosen = [str(user.user_id) for user in (people.engineer, people.admin, people.owner)]
        db.execute(update(Account).where(Account.id == people.account_id).values(escalation_recipients=chosen))

        service.notify(db, happened=escalated, at=now())

        assert told(db) == {people.owner.user_id}

    def test_with_nobody_left_warns_and_succeeds(
        self, db: Session, people: Any, escalated: EventHappened, caplog: pytest.LogCaptureFixture
    ) -> None:
        change(db, people.owner.user_id, people.admin.user_id, people.engineer.user_id, is_active=False)

        service.notify(db, happened=escalated, at=now())

        assert told(db) == set()
        assert "escalation.nobody_to_tell" in caplog.messages

    def test_reaches_the_defaults_when_none_of_the_chosen_is_left(
        self, db: Session, people: Any, escalated: EventHappened
    ) -> None:
        foreign = [str(uuid4())]
        db.execute(update(Account).where(Account.id == people.account_id).values(escalation_recipients=foreign))

        service.notify(db, happened=escalated, at=now())

        assert told(db) == {people.owner.user_id, people.admin.user_id}


class TestRedeliveredMessage:
    def test_tells_nobody_twice(self, db: Session, people: Any, escalated: EventHappened) -> None:
        endpoint = WebhookEndpoint(
            account_id=people.account_id, url="https://a.example", events=[], secret="whsec_AAAA", created_at=now()
        )
        db.add(endpoint)
        db.flush()

        for _ in range(3):
            service.notify(db, happened=escalated, at=now())

        def count(model: Any) -> int | None:
            return db.scalar(select(func.count()).select_from(model))

        # three people hear of it, by mail too, and one receiver
        assert (count(Notification), count(NotificationDelivery), count(OutboxMessage)) == (3, 4, 4)


class TestProposal:
    def test_that_waits_is_told_to_whoever_may_review_it(self, db: Session, people: Any) -> None:
        change(db, people.engineer.user_id, is_team_admin=True)
        pending = EventHappened(
            account_id=people.account_id, event="proposal.pending", subject_id=uuid4(), facts={"title": "Paper jam"}
        )

        service.notify(db, happened=pending, at=now())

        assert told(db) == {people.owner.user_id, people.admin.user_id, people.engineer.user_id}
        assert set(db.scalars(select(Notification.title))) == {"To review: Paper jam"}
        assert list(db.scalars(select(NotificationDelivery))) == []
