"""Two thousand messages about two hundred walks: doubled, shuffled, poisoned, their consumers killed half-way."""

import json
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import Proposal, Walk
from infra.local.cloud import Cloud
from tests.conftest import RunningCloud, TestAccount

SESSIONS = 200
FEW = 40  # as many show what random batches do
COPIES = 10
KILLED = 18  # connections cut at work: about one in twenty batches
CONSUMERS = 4
MAX_RECEIVES = 3  # as the template has it
PATIENCE = 300.0  # seconds, on a machine shared by many
NAMESPACE = UUID("0d6f2a64-3e0c-4c1c-9a57-2a5c8a0f1e11")

# what is asked, in two wordings each, and how the three answers go on
PROBLEMS: dict[str, list[tuple[str, ...]]] = {
    "printer": [
        ("The printer prints nothing.", "Nothing comes out of the printer."),
        ("Is the printer's power light on?", "Does the power light of the printer glow?"),
        ("Is the paper tray of the printer full?", "Does the printer have paper in its tray?"),
        ("Clear the stuck jobs from the printer queue.", "Remove the stuck jobs in the printer queue."),
    ],
    "vpn_connect": [
        ("The VPN does not connect from home.", "VPN connection from home fails."),
        ("Does the VPN client show the gateway's name?", "Is the gateway named in the VPN client?"),
        ("Has the VPN password expired lately?", "Did the password of the VPN expire lately?"),
        ("Import the VPN profile again.", "Load the VPN profile once more."),
    ],
    "email_outlook_client": [
        ("Outlook does not receive mail.", "No mail arrives in Outlook."),
        ("Does Outlook show working offline at the bottom?", "Is working offline shown at the bottom of Outlook?"),
        ("Is the Outlook mailbox full by its quota?", "Has the mailbox in Outlook reached its quota?"),
        ("Recreate the Outlook profile of the user.", "Make the user's Outlook profile anew."),
    ],
    "wifi_network_basics": [
        ("The laptop finds no wifi.", "No wifi on the laptop."),
        ("Is the laptop's wireless switch turned on?", "Is the wireless switch of the laptop on?"),
        ("Does the office wifi appear in the network list?", "Does the network list name the office wifi?"),
        ("Forget the office wifi and join it again.", "Remove the office wifi and join again."),
    ],
    "teams_zoom_av": [
        ("No sound in the Teams meeting.", "The Teams meeting has no sound."),
        ("Is the headset chosen as the Teams speaker?", "Does Teams name the headset as its speaker?"),
        ("Is the headset's mute key lit red?", "Does the mute key of the headset glow red?"),
        ("Choose the headset in the Teams device settings.", "Select the headset in Teams under devices."),
    ],
    "browser_cache_cookies": [
        ("The portal page loads an old version.", "An old version of the portal page is shown."),
        ("Does the portal load in a private browser window?", "Does a private browser window load the portal?"),
        ("Are cookies for the portal blocked in the browser?", "Does the browser block cookies of the portal?"),
        ("Clear the browser cache for the portal.", "Empty the portal's cache in the browser."),
    ],
}
OPTIONS = [{"key": "yes", "label": "Yes, it is"}, {"key": "no", "label": "No, it is not"}]


def store_walks(account: TestAccount, seed: int, count: int = SESSIONS) -> list[str]:
    """Store resolved walks as the product would; the same seed makes the same ones, by the same ids, in any account."""
    rng = random.Random(seed)  # noqa: S311  a seeded draw, not a secret
    at, ids = now(), []
    with Session(account.cloud.owner) as db:
        for number in range(count):
            category = rng.choice(sorted(PROBLEMS))
            walk = drawn_walk(rng, category, number)
            session_id = uuid5(NAMESPACE, f"walk {seed} {number}")
            ticket = uuid5(session_id, "ticket")
            db.add(
                Walk(
                    account_id=account.id,
                    id=session_id,
                    created_by_user_id=UUID(account.user_id("l1_tech")),
                    ticket_id=str(ticket),
                    ticket_kind="internal",
                    session_kind="ai_build",
                    category=category,
                    status="resolved",
                    helpful=True,
                    analysis_status="pending",
                    started_at=at,
                    last_step_at=at,
                    resolved_at=at,
                    **walk,
                )
            )
            ids.append(str(session_id))
        db.commit()
    return ids


def drawn_walk(rng: random.Random, category: str, number: int) -> dict[str, Any]:
    opening, first, second, cure = (rng.choice(wordings) for wordings in PROBLEMS[category])
    path = []
    for index, asked in enumerate((first, second)):
        answer = rng.choice(OPTIONS)
        path.append(
            {
                "node_id": str(uuid5(NAMESPACE, f"{number} {index}")),
                "node_type": "question",
                "text": asked,
                "answer": answer["key"],
                "answer_label": answer["label"],
                "options": OPTIONS,
                "built": True,
                "answered_at": now().isoformat(),
            }
        )
    end = {"id": str(uuid5(NAMESPACE, f"{number} end")), "node_type": "resolved", "text": cure}
    return {"problem_text": opening, "walked_path": path, "pending_node": end, "current_node_id": end["id"]}


def message(account: TestAccount, session_id: str) -> str:
    said = {"topic": "session.resolved", "session_id": session_id, "session_type": "walk"}
    return json.dumps({"message_id": str(uuid4()), "account_id": str(account.id), **said})


class Consumers:
    """Four consumers of one queue: each takes a batch of any size; what failed comes back, three times in all."""

    def __init__(self, account: TestAccount, bodies: list[str], rng: random.Random) -> None:
        self._running = account.cloud.local.cloud
        self._waiting = deque((body, 1) for body in bodies)
        self._rng, self._lock = rng, threading.Lock()
        self._deadline = time.monotonic() + PATIENCE
        self.batches, self.dead = 0, list[str]()

    def drain(self) -> None:
        with ThreadPoolExecutor(CONSUMERS) as pool:
            for one in [pool.submit(self._consume) for _ in range(CONSUMERS)]:
                one.result(PATIENCE)

    def _consume(self) -> None:
        while batch := self._take():
            assert time.monotonic() < self._deadline, f"{len(self._waiting)} messages left"
            failed = invoke(self._running, [body for body, _ in batch])
            with self._lock:
                for number in failed:
                    body, receives = batch[number]
                    if receives == MAX_RECEIVES:
                        self.dead.append(body)
                    else:
                        self._waiting.append((body, receives + 1))

    def _take(self) -> list[tuple[str, int]]:
        with self._lock:
            self.batches += 1
            return [self._waiting.popleft() for _ in range(min(self._rng.randint(1, 10), len(self._waiting)))]


def invoke(running: Cloud, bodies: list[str]) -> list[int]:
    """Hand a batch to the flywheel's function; return which of it must be delivered again."""
    flywheel = running.template.function("run_flywheel")
    assert flywheel is not None
    records = [{"messageId": str(number), "body": body, "eventSource": "aws:sqs"} for number, body in enumerate(bodies)]
    answer = running.environments.invoke(flywheel, {"Records": records})
    return [int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


class Killer:
    """Cuts the database connection of a flywheel at work, every now and then, until told to stop."""

    def __init__(self, cloud: RunningCloud, most: int) -> None:
        self._cloud, self._most = cloud, most
        self._over, self.killed = threading.Event(), 0
        self._thread = threading.Thread(target=self._kill, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)

    def _kill(self) -> None:
        """Cut whoever holds an account's flywheel lock, so that it dies between its reading and its commit."""
        query = text(
            "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted LIMIT 1) AS killed"
        )
        while not self._over.wait(0.1) and self.killed < self._most:
            with self._cloud.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                self.killed += connection.execute(query).scalar_one()


def picture(account: TestAccount) -> list[dict[str, Any]]:
    """Return the proposals by what they stand on and say, free of the ids of their rows."""
    told = [
        {
            "type": proposal.proposal_type,
            "status": proposal.status,
            "title": proposal.title,
            "count": proposal.supporting_session_count,
            "sessions": sorted(proposal.supporting_session_ids),
            "graph": in_order(proposal.proposed_flow_data),
        }
        for proposal in account.rows(Proposal)
        if proposal.status != "dismissed"
    ]
    return sorted(told, key=lambda one: str(one["sessions"]))


def in_order(document: Any) -> Any:
    """Return a graph with its lists in an order of their own, for they are sets."""
    if isinstance(document, dict):
        return {name: in_order(value) for name, value in document.items()}
    if isinstance(document, list):
        return sorted(map(in_order, document), key=lambda one: json.dumps(one, sort_keys=True))
    return document


@pytest.fixture
def storm(cloud: RunningCloud) -> Iterator[TestAccount]:
    yield cloud.account()
    cloud.hang_up()


class TestStorm:
    def test_leaves_the_graph_the_counts_and_the_proposals_of_a_calm_day(
        self, cloud: RunningCloud, storm: TestAccount
    ) -> None:
        bodies, poison = stormy(storm, SESSIONS)
        local = cloud.local
        with Killer(cloud, KILLED) as killer:
            for part in (bodies[start : start + 10] for start in range(0, len(bodies), 10)):
                entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(part)]
                local.sqs.send_message_batch(QueueUrl=local.queue_url("FlywheelQueue"), Entries=entries)
            drain(cloud)

        assert picture(storm) == calm_picture(cloud, SESSIONS)
        assert sum(one["count"] for one in picture(storm)) == SESSIONS
        assert {walk.analysis_status for walk in storm.rows(Walk)} == {"completed"}
        assert killer.killed >= KILLED
        assert poison in dead_letters(cloud)

    def test_in_batches_of_any_size_leaves_the_same(self, cloud: RunningCloud, storm: TestAccount) -> None:
        bodies, poison = stormy(storm, FEW)

        consumers = Consumers(storm, bodies, random.Random(5))  # noqa: S311  a seeded draw, not a secret
        with Killer(cloud, KILLED // 5) as killer:
            consumers.drain()

        assert picture(storm) == calm_picture(cloud, FEW)
        assert sum(one["count"] for one in picture(storm)) == FEW
        assert {walk.analysis_status for walk in storm.rows(Walk)} == {"completed"}
        assert consumers.dead == [poison]
        assert killer.killed >= KILLED // 5


def stormy(account: TestAccount, walks: int) -> tuple[list[str], str]:
    """Store walks; return ten messages of each and a poisoned one, in disorder, and that one."""
    sessions = store_walks(account, seed=1, count=walks)
    poison = json.dumps({"message_id": str(uuid4()), "account_id": str(account.id), "topic": "no.such.topic"})
    bodies = [*(message(account, session_id) for session_id in sessions for _ in range(COPIES)), poison]
    random.Random(5).shuffle(bodies)  # noqa: S311  a seeded draw, not a secret
    return bodies, poison


def calm_picture(cloud: RunningCloud, walks: int) -> list[dict[str, Any]]:
    """Return what the same walks make of an account when each message comes once, in turn, and nothing fails."""
    calm = cloud.account("Contoso Support")
    told = [message(calm, session_id) for session_id in store_walks(calm, seed=1, count=walks)]
    for start in range(0, len(told), 10):
        assert invoke(cloud.local.cloud, told[start : start + 10]) == []
    return picture(calm)


def drain(cloud: RunningCloud) -> None:
    """Wait until nothing is left to do."""
    until, running = time.monotonic() + PATIENCE, cloud.local.cloud
    while any((left := running.unfinished()).values()):
        assert time.monotonic() < until, left
        time.sleep(0.2)


def dead_letters(cloud: RunningCloud) -> list[str]:
    """Return the bodies of the flywheel's dead letters, which stay hidden for a while."""
    found: list[str] = []
    address = cloud.local.queue_url("FlywheelDeadLetters")
    while more := cloud.local.sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10).get("Messages"):
        found += [letter["Body"] for letter in more]
    return found
