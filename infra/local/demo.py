"""The demo account: an outside client signs its people in, imports their flows and takes their first calls."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.local.aws import PASSWORD
from infra.local.cloud import Cloud
from infra.local.visitor import Document, NotServingError, RefusedError, UnknownAnswerError, Visitor, walk

STORIES = Path(__file__).parent / "stories"
_UNFINISHED = " (being loaded)"  # the account bears its own name once everything is there
_IDLE_SECONDS = 20


@dataclass(frozen=True)
class Person:
    name: str
    role: str
    email: str
    covers_l1: bool = False


def _story() -> Document:
    found: Document = json.loads((STORIES / "harbour_it.json").read_text("utf-8"))
    return found


def _people(story: Document) -> dict[str, Person]:
    """Return who works there, by first name in small letters; the owner comes first."""
    found = {}
    for person in story["people"]:
        first = person["name"].split()[0].lower()
        found[first] = Person(email=f"{first}@{story['domain']}", **person)
    return found


def load(cloud: Cloud) -> None:
    """Load the demo account unless it is there; one that a killed start left unfinished is gone on with."""
    try:
        _Loading(Visitor(cloud.url), _story()).load()
    except (RefusedError, NotServingError, UnknownAnswerError) as problem:
        print(f"The demo account is not complete: {problem} The next start goes on with it.", file=sys.stderr)


def how_to_sign_in(url: str) -> str:
    """Return the lines that tell a person how to try the demo account."""
    story = _story()
    people = _people(story).values()
    width = max(len(person.email) for person in people)
    lines = [f"The demo account {story['account']}; everybody's password is {PASSWORD}:"]
    lines += [f"  {person.email:<{width}}  {person.role}{_coverage(person)}" for person in people]
    body = json.dumps({"email": next(iter(people)).email, "password": PASSWORD})
    return "\n".join([*lines, "A bearer token:", f"  curl {url}/_local/sign-in -d '{body}'"])


def _coverage(person: Person) -> str:
    return ", covers L1" if person.covers_l1 else ""


class _Loading:
    def __init__(self, anybody: Visitor, story: Document) -> None:
        self._anybody = anybody
        self._story = story
        self._people = _people(story)
        self._signed_in: dict[str, Visitor] = {}

    def load(self) -> None:
        account = self._account()
        if not account["name"].endswith(_UNFINISHED):
            return
        self._hire()
        self._import_flows()
        for call in self._story["calls"]:
            self._take(call)
        self._anybody.post("/_local/tick/sweep_outbox")  # what a killed start has not sent does not wait for the minute
        with suppress(RefusedError):  # busy still: the queues go on without us
            self._anybody.get("/_local/idle", timeout=_IDLE_SECONDS)
        self._owner.patch("/v1/accounts/me", {"name": self._story["account"]})

    def _by_role(self, role: str) -> Visitor:
        return self._as(next(first for first, person in self._people.items() if person.role == role))

    @property
    def _owner(self) -> Visitor:
        return self._by_role("owner")

    def _as(self, first: str) -> Visitor:
        if first not in self._signed_in:
            who = {"email": self._people[first].email, "password": PASSWORD}
            token = self._anybody.post("/_local/sign-in", who)["token"]
            self._signed_in[first] = self._anybody.as_(token)
        return self._signed_in[first]

    def _account(self) -> Document:
        try:
            me = self._owner.get("/v1/me")
        except RefusedError as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED:
                raise
            me = self._owner.post("/v1/accounts", {"name": self._story["account"] + _UNFINISHED})
        account: Document = me["account"]
        return account

    def _hire(self) -> None:
        """Invite whoever is missing and let them accept."""
        users = {user["email"]: user for user in self._owner.items("/v1/users")}
        for first, person in self._people.items():
            if person.email not in users:
                self._invite(person)
                self._as(first).post("/v1/invites/accept")
            elif person.role == "owner":
                self._owner.patch(f"/v1/users/{users[person.email]['id']}", {"display_name": person.name})

    def _invite(self, person: Person) -> None:
        wanted = {
            "email": person.email,
            "display_name": person.name,
            "account_role": person.role,
            "can_cover_l1": person.covers_l1,
        }
        try:
            self._owner.post("/v1/invites", wanted)
        except RefusedError as refused:
            if refused.status != HTTPStatus.CONFLICT:  # invited by a start that did not get further
                raise

    def _import_flows(self) -> None:
        admin = self._by_role("admin")
        known = {flow["name"] for flow in admin.items("/v1/flows")}
        for path in sorted((STORIES / "flows").glob("*.json")):
            document = json.loads(path.read_text("utf-8"))
            if document["name"] not in known:
                admin.post("/v1/flows/import", {"format": "firstline", "document": document, "publish": True})

    @cached_property
    def _taken(self) -> Mapping[str, Document]:
        """What an earlier start has taken in, by problem."""
        return {session["problem_text"]: session for session in self._by_role("admin").items("/v1/l1/sessions")}

    def _take(self, call: Document) -> None:
        technician = self._as(call["technician"])
        earlier = self._taken.get(call["problem"])
        if earlier is None:
            begun = self._begin(technician, call)
            session_id, node, answers = begun["session_id"], begun["node"], call["answers"]
        elif earlier["status"] == "active":
            session_id, node = earlier["id"], earlier["pending_node"]
            answers = call["answers"][self._answered(technician, session_id) :]
        else:
            return
        walk(technician, session_id, node, answers)
        self._end(technician, session_id, call)

    def _begin(self, technician: Visitor, call: Document) -> Document:
        """Take the call in; of flows that are only suggested the technician picks the first."""
        wanted: dict[str, Any] = {"problem_statement": call["problem"], "customer_name": call["customer"]}
        begun = technician.post("/v1/l1/intake", wanted)
        if begun["outcome"] == "suggest":
            begun = technician.post("/v1/l1/intake", wanted | {"flow_id": begun["near_misses"][0]["flow_id"]})
        return begun

    def _answered(self, technician: Visitor, session_id: str) -> int:
        path = technician.get(f"/v1/l1/sessions/{session_id}")["walked_path"]
        return sum(step["node_type"] == "question" for step in path)

    def _end(self, technician: Visitor, session_id: str, call: Document) -> None:
        session = f"/v1/l1/sessions/{session_id}"
        if call["outcome"] == "escalated":
            why = {"reason_category": call["reason_category"], "reason": call["notes"]}
            technician.post(f"{session}/escalate", why)
        else:
            helpful = call["outcome"] == "resolved"
            technician.post(f"{session}/resolve", {"helpful": helpful, "resolution_notes": call["notes"]})
