"""What is served when the model server gives no answer."""

import pytest

from firstline.building.generation import generate_node
from firstline.building.playbook import PlaybookProvider
from firstline.building.provider import Deadline
from firstline.building.rules import GENERATION_FAILED, BuildRequest, RefusalCode
from firstline.categories.rules import Category
from tests.wire.dialects import Dialect
from tests.wire.model_servers import GOOD_NODE, ModelServer, Reply

REQUEST = BuildRequest(category=Category.PRINTER, problem_text="it wont print")


def playbook_text() -> str:
    return generate_node(PlaybookProvider(), REQUEST, deadline=Deadline.after(5)).node.text


class TestTheFallback:
    def test_answers_when_the_server_is_switched_off(self, dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
        nowhere = "http://127.0.0.1:1"
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", nowhere)
        built = generate_node(
            dialect.provider(nowhere), REQUEST, deadline=Deadline.after(5), fallback=PlaybookProvider()
        )
        assert built.node.text == playbook_text()
        assert built.usage.provider == "playbook"
        assert {refusal.code for refusal in built.refused} <= {RefusalCode.UNREACHABLE, RefusalCode.TIMED_OUT}

    def test_answers_when_the_server_takes_too_long(self, dialect: Dialect, server: ModelServer) -> None:
        server.will_answer(Reply(body=b"{", drips=True))
        built = generate_node(
            dialect.provider(server.url, 1.5), REQUEST, deadline=Deadline.after(5), fallback=PlaybookProvider()
        )
        assert built.node.text == playbook_text()
        assert built.usage.provider == "playbook"
        assert len(server.requests) == 1
        server.stopped.set()

    def test_is_not_asked_while_the_server_answers(self, dialect: Dialect, server: ModelServer) -> None:
        server.will_answer(dialect.node(GOOD_NODE))
        built = generate_node(
            dialect.provider(server.url), REQUEST, deadline=Deadline.after(5), fallback=PlaybookProvider()
        )
        assert built.node.text == GOOD_NODE["text"]
        assert built.usage.provider != "playbook"

    def test_does_not_stand_in_for_answers_that_are_refused(self, dialect: Dialect, server: ModelServer) -> None:
        unsafe = dialect.node({**GOOD_NODE, "text": "Turn off the firewall"})
        server.will_answer(unsafe, unsafe)
        built = generate_node(
            dialect.provider(server.url), REQUEST, deadline=Deadline.after(5), fallback=PlaybookProvider()
        )
        assert built.node.reason_category == GENERATION_FAILED
