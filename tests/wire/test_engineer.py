"""What an engineer's session asks a model for, and what it may be answered."""

from collections.abc import Iterator
from typing import Any

import pytest

from firstline.ai_sessions.building_ahead import CATEGORY_UNKNOWN, Work, build_next
from firstline.ai_sessions.schemas import AiNode
from firstline.building import service
from firstline.building.provider import Deadline
from firstline.building.rules import GENERATION_FAILED, SCRIPT_MARK, Leaving, TranscriptEntry
from firstline.building.service import Permit
from firstline.categories.rules import Category
from firstline.settings import settings
from tests.wire.dialects import OpenAIDialect
from tests.wire.model_servers import GOOD_NODE, ModelServer

PERMIT = Permit(frozenset(), has_budget=True)
SCRIPT = {"node_type": "instruction", "text": f"{SCRIPT_MARK} Get-PrinterDriver", "help": None, "options": None}
DIALECT = OpenAIDialect()


@pytest.fixture
def configured(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The product as configured for the scripted server."""
    monkeypatch.setenv("FIRSTLINE_MODEL_PROVIDER", "openai")
    monkeypatch.setenv("FIRSTLINE_MODEL_URL", server.url)
    monkeypatch.setenv("FIRSTLINE_MODEL_NAME", "standard")
    _forget()
    yield monkeypatch
    _forget()


def _forget() -> None:
    settings.cache_clear()
    service.provider.cache_clear()


def work(category: Category | None = Category.PRINTER, **more: Any) -> Work:
    return Work(PERMIT, category, "Printing from SAP fails for jane.doe@example.org", **more)


@pytest.mark.usefixtures("configured")
class TestAnEngineersStep:
    def test_may_suggest_a_script_that_is_marked_as_such(self, server: ModelServer) -> None:
        server.will_answer(DIALECT.node(SCRIPT))
        node = AiNode.of(build_next(work(), Deadline.after(5)).node)
        assert (node.text, node.script) == (SCRIPT["text"], True)
        assert "The reader is an engineer" in DIALECT.user(server.requests[0])

    def test_is_not_marked_where_it_is_no_script(self, server: ModelServer) -> None:
        server.will_answer(DIALECT.node(GOOD_NODE))
        node = AiNode.of(build_next(work(), Deadline.after(5)).node)
        assert "script" not in node.model_dump(mode="json")

    def test_keeps_to_the_floor(self, server: ModelServer) -> None:
        unsafe = DIALECT.node({**SCRIPT, "text": f"{SCRIPT_MARK} Format-Volume to erase the disk"})
        server.will_answer(unsafe, unsafe)
        assert build_next(work(), Deadline.after(5)).node.reason_category == GENERATION_FAILED

    def test_follows_from_the_walk_that_was_taken_over(self, server: ModelServer) -> None:
        server.will_answer(DIALECT.node(GOOD_NODE))
        path = (TranscriptEntry("Is the printer on?", "It is on"),)
        build_next(work(transcript=path, leaving=Leaving("Is the queue empty?", "It is stuck")), Deadline.after(5))
        asked = DIALECT.user(server.requests[0])
        assert "Is the printer on?" in asked
        assert "It is stuck" in asked
        assert "jane.doe" not in asked

    def test_of_an_unknown_kind_of_problem_costs_the_classification_alone(self, server: ModelServer) -> None:
        server.will_answer(DIALECT.text('{"category": "unknown"}'))
        built = build_next(work(None), Deadline.after(5))
        assert (built.node.reason_category, built.category) == (CATEGORY_UNKNOWN, None)
        assert built.usage.model_calls == len(server.requests) == 1


class TestASwitchedOffServer:
    @pytest.fixture(autouse=True)
    def switched_off(self, configured: pytest.MonkeyPatch) -> None:
        configured.setenv("FIRSTLINE_MODEL_URL", "http://127.0.0.1:1")

    def test_leaves_the_step_to_the_playbook(self) -> None:
        built = build_next(work(), Deadline.after(5))
        assert built.node.reason_category is None
        assert built.usage.provider == "playbook"

    def test_offers_escalation_where_no_fallback_is_wanted(self, configured: pytest.MonkeyPatch) -> None:
        configured.setenv("FIRSTLINE_MODEL_FALLBACK", "none")
        built = build_next(work(), Deadline.after(5))
        assert built.node.reason_category == GENERATION_FAILED
        assert built.usage.provider == "openai"
