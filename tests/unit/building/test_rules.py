"""What a model's document becomes, and what is refused."""

from typing import Any

import pytest

from firstline.building.rules import (
    RESERVED_KEYS,
    SCRIPT_MARK,
    BuiltNode,
    RefusalCode,
    ServedType,
    read_node,
)

QUESTION: dict[str, Any] = {
    "node_type": "question",
    "text": "How does the computer connect?",
    "options": [{"key": "wired", "label": "Wired"}, {"key": "wireless", "label": "Wireless"}],
}


def node(**changes: Any) -> BuiltNode:
    read = read_node(QUESTION | changes)
    assert isinstance(read, BuiltNode)
    return read


def refused(*, engineer: bool = False, **changes: Any) -> set[RefusalCode]:
    read = read_node(QUESTION | changes, engineer=engineer)
    return {refusal.code for refusal in read} if isinstance(read, list) else set()


class TestAnOption:
    def test_keeps_the_key_the_model_gave_it(self) -> None:
        assert [option.key for option in node().options] == ["wired", "wireless"]

    def test_without_a_usable_key_gets_one(self) -> None:
        options = [{"label": "Wired"}, {"key": "wired", "label": "By cable"}, {"key": "無線", "label": "無線"}]
        assert [option.key for option in node(options=options).options] == ["wired", "option_2", "option_3"]

    @pytest.mark.parametrize("key", sorted(RESERVED_KEYS))
    def test_never_takes_a_key_the_walk_needs_itself(self, key: str) -> None:
        options = [{"key": key, "label": "Wired"}, {"key": "wireless", "label": "Wireless"}]
        assert RESERVED_KEYS.isdisjoint(option.key for option in node(options=options).options)

    def test_must_not_read_like_another(self) -> None:
        options = [{"key": "a", "label": "Yes"}, {"key": "b", "label": "ＹＥＳ!"}]
        assert refused(options=options) == {RefusalCode.LABEL}

    def test_belongs_to_questions_only(self) -> None:
        assert node(node_type="instruction").options == ()


class TestAnEnd:
    def test_names_why_it_escalates(self) -> None:
        assert node(node_type="escalate", reason_category="Mail flow!").reason_category == "mail_flow"
        assert node(node_type="escalate").reason_category == "needs_engineer"

    def test_that_cures_has_no_such_reason(self) -> None:
        assert node(node_type="resolved", reason_category="x") == BuiltNode(ServedType.RESOLVED, QUESTION["text"])


class TestANode:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"node_type": ["question"]}, RefusalCode.UNKNOWN_TYPE),
            ({"node_type": None}, RefusalCode.UNKNOWN_TYPE),
            ({"text": 7}, RefusalCode.EMPTY_TEXT),
            ({"help": {"a": 1}}, RefusalCode.UNREADABLE),
            ({"options": None}, RefusalCode.OPTIONS),
            ({"options": [{"key": 1, "label": "Wired"}]}, RefusalCode.OPTIONS),
            ({"options": [{"label": ""}, {"label": "x"}]}, RefusalCode.LABEL),
            ({"help": "x" * 1001}, RefusalCode.TOO_LONG),
            ({"text": "Open www.free-drivers.example.net now"}, RefusalCode.LINK),
            ({"text": "Look at [this page](javascript:x)"}, RefusalCode.LINK),
            ({"text": "Go to office.com.evil.example.ru"}, RefusalCode.LINK),
            ({"text": "Enter `format`"}, RefusalCode.COMMAND),
            ({"text": "Type ipconfig /release"}, RefusalCode.COMMAND),
        ],
    )
    def test_is_refused_for_its_fault(self, changes: dict[str, Any], code: RefusalCode) -> None:
        assert code in refused(**changes)

    @pytest.mark.parametrize(
        "text",
        [
            "Open outlook.office.com in a private window",
            "Type ipconfig /all and read out the address",
            "Does the file end in .docx or .pdf?",
            "Is it version 16.0.17928?",
        ],
    )
    def test_may_name_what_is_allowed(self, text: str) -> None:
        assert refused(text=text) == set()

    def test_that_is_no_object_is_refused(self) -> None:
        read = read_node(None)
        assert isinstance(read, list)
        assert read[0].code is RefusalCode.UNREADABLE


class TestAScript:
    text = f"{SCRIPT_MARK} powershell Get-Service Spooler"

    def test_may_be_suggested_to_an_engineer_when_marked(self) -> None:
        assert refused(engineer=True, node_type="instruction", text=self.text) == set()

    def test_is_refused_without_its_mark_or_for_the_first_line(self) -> None:
        unmarked = self.text.removeprefix(SCRIPT_MARK)
        assert RefusalCode.COMMAND in refused(engineer=True, node_type="instruction", text=unmarked)
        assert RefusalCode.COMMAND in refused(node_type="instruction", text=self.text)

    def test_stays_under_the_rest_of_the_floor(self) -> None:
        text = f"{SCRIPT_MARK} disable the firewall with netsh advfirewall"
        assert refused(engineer=True, node_type="instruction", text=text) == {RefusalCode.FLOOR}
