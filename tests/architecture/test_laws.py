"""The laws of the house, each kept by reading the code."""

import ast
from pathlib import Path

import pytest

from tests.architecture.reading import FUNCTIONS, ROOMS, ROOT, calls, modules, place, sources, tree

PURE = {"rules.py"}
EVERYTHING = [*modules(), *sources()]
IMPORTED_LATE = {ROOMS / "building" / "bedrock.py"}  # its errors are botocore's own


class TestTransactions:
    def test_only_the_transaction_commits(self) -> None:
        allowed = {"layers/core/firstline/db/transaction.py", "layers/core/firstline/http/replies.py"}
        found = {place(path) for path in EVERYTHING if calls(path, "commit")}

        assert found <= {*allowed, "layers/core/firstline/db/wire.py"}

    def test_selects_stand_in_queries(self) -> None:
        """A service may lock and change rows; a door may do neither."""
        assert [place(path) for path in sources() if calls(path, "select")] == []


class TestClock:
    def test_only_the_clock_reads_the_time(self) -> None:
        allowed = {ROOMS / "clock.py"}
        found = [
            place(path)
            for path in EVERYTHING
            if path not in allowed
            for call in calls(path, "now")
            if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in ("datetime", "dt")
        ]

        assert found == []

    def test_services_are_told_the_time(self) -> None:
        found = [
            place(path) for path in modules() if path.name == "service.py" and "clock import now" in path.read_text()
        ]

        assert found == []


class TestImports:
    @pytest.mark.parametrize("path", EVERYTHING, ids=place)
    def test_boto3_is_imported_where_a_client_is_made(self, path: Path) -> None:
        module = tree(path)
        top = [node for node in module.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        names = {alias.name for node in top for alias in node.names} | {getattr(node, "module", "") for node in top}

        found = {name for name in names if name and name.split(".")[0] in ("boto3", "botocore")}
        assert not found or path in IMPORTED_LATE

    def test_what_needs_botocore_to_begin_with_is_itself_imported_late(self) -> None:
        for late in IMPORTED_LATE:
            name = "firstline." + ".".join(late.relative_to(ROOMS).with_suffix("").parts)
            for path in EVERYTHING:
                top = [node for node in tree(path).body if isinstance(node, ast.ImportFrom)]
                assert name not in {node.module for node in top}, place(path)

    def test_rules_do_not_touch_the_world(self) -> None:
        for path in modules():
            if path.name in PURE:
                text = path.read_text()
                for word in ("sqlalchemy", "pydantic", "boto3", "clock import", "settings import", "open("):
                    assert word not in text, f"{place(path)}: {word}"


class TestEdges:
    def test_everything_is_caught_only_at_the_edges(self) -> None:
        """Each place that catches everything says why, beside the exemption."""
        for path in EVERYTHING:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if "except Exception" in line and "raise" not in _following(path, number):
                    assert "noqa: BLE001  " in line, f"{place(path)}:{number}"


class TestSize:
    def test_no_module_passes_four_hundred_lines(self) -> None:
        long = {place(path): len(path.read_text().splitlines()) for path in EVERYTHING}

        assert {name: lines for name, lines in long.items() if lines > 400} == {}

    def test_every_module_opens_with_a_sentence(self) -> None:
        assert [place(path) for path in EVERYTHING if not ast.get_docstring(tree(path))] == []


class TestNames:
    def test_no_module_is_called_by_a_word_that_says_nothing(self) -> None:
        empty = {"main", "utils", "helpers", "common", "base", "manager", "data", "info"}
        folders = [ROOMS, FUNCTIONS, ROOT / "infra", ROOT / "tests"]

        assert [place(path) for folder in folders for path in folder.rglob("*.py") if path.stem in empty] == []


def _following(path: Path, number: int) -> str:
    lines = path.read_text().splitlines()
    return "\n".join(lines[number : number + 4])
