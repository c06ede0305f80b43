"""What the documents say about the project is so."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from firstline.db.models import Table
from tests.architecture.reading import ROOMS, ROOT, functions, place, template

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLE = "get_team"  # the endpoint that CONTRIBUTING adds; it does not exist
FOLDERS = ("functions", "layers", "infra", "tests", "docs")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


@cache
def said(page: str) -> str:
    return (ROOT / page).read_text()


@cache
def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    return re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


@cache
def api() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(said("docs/api.json"))
    return document


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in api()["paths"].items()
        for method, operation in methods.items()
    ]


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def section(page: str, heading: str) -> str:
    return said(page).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def paths_in(text: str) -> set[str]:
    """Return what stands in backticks and begins with one of the project's folders."""
    return {code for code in CODE.findall(text) if code.split("/")[0] in FOLDERS and "/" in code and " " not in code}


class TestPages:
    @pytest.mark.parametrize("page", PAGES, ids=place)
    def test_link_only_to_what_exists(self, page: Path) -> None:
        broken = []
        for link in LINK.findall(prose(page)):
            target, _, anchor = link.partition("#")
            if target.startswith(("http://", "https://")):
                continue
            file = (page.parent / target) if target else page
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE) if anchor and file.is_file() else []
            if not file.exists() or (anchor and anchor not in map(slug, headings)):
                broken.append(link)

        assert broken == []

    @pytest.mark.parametrize("page", PAGES, ids=place)
    def test_name_only_commands_that_make_knows(self, page: Path) -> None:
        targets = set(re.findall(r"^([a-z-]+):", said("Makefile"), re.MULTILINE))
        named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE))

        assert named - targets == set()

    @pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "api.json"], ids=place)
    def test_name_no_place_of_one_machine(self, page: Path) -> None:
        assert re.findall(r"(?<![\w/])/(?:home|root|tmp|work|Users|mnt)/\S*", page.read_text()) == []


class TestReadme:
    def test_maps_the_folders_that_exist(self) -> None:
        folders = re.findall(r"^\| `([\w/]+/)` \|", said("README.md"), re.MULTILINE)

        assert len(folders) == 5
        assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []

    def test_shows_the_folders_of_tests_that_exist(self) -> None:
        row = re.search(r"^\| `tests/` \| (.+) \|$", said("README.md"), re.MULTILINE)
        assert row is not None
        missing = [name for name in row[1].split(", ") if not (ROOT / "tests" / name).is_dir()]

        assert missing == []

    def test_calls_only_routes_of_the_template(self) -> None:
        routes = {(method, path) for function in functions() for method, path in function.routes}
        patterns = [(method, re.sub(r"\{\w+\}", "[^/?]+", path)) for method, path in routes]
        calls = re.findall(r"^ *as \w+ ([A-Z]+) [\"']?(/v1/[^\s\"'?]+)", said("README.md"), re.MULTILINE)

        assert calls
        for method, path in calls:
            assert any(method == known and re.fullmatch(pattern, path) for known, pattern in patterns), path


class TestContributing:
    def test_names_files_that_exist(self) -> None:
        named = paths_in(said("CONTRIBUTING.md"))

        assert {name for name in named if EXAMPLE not in name and not (ROOT / name).exists()} == set()

    def test_adds_an_endpoint_that_does_not_exist_yet(self) -> None:
        named = {name for name in paths_in(said("CONTRIBUTING.md")) if EXAMPLE in name}

        assert len(named) == 2
        assert {name for name in named if (ROOT / name).exists()} == set()


class TestArchitecture:
    def test_lists_the_rooms_in_the_order_of_the_contract(self) -> None:
        contracts = tomllib.loads(said("pyproject.toml"))["tool"]["importlinter"]["contracts"]
        (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["firstline"])
        blocks = re.findall(r"```text\n(.*?)```", said("docs/architecture.md"), re.DOTALL)
        (block,) = (block for block in blocks if block.startswith("functions"))
        drawn = [set(re.findall(r"\w+", re.split(r" {3,}", line)[0])) for line in block.splitlines()[1:]]

        assert drawn == [set(re.findall(r"\w+", layer)) for layer in layers]

    def test_links_each_decision(self) -> None:
        decisions = {path.name for path in (ROOT / "docs" / "decisions").glob("*.md")}
        linked = {Path(link).name for link in LINK.findall(said("docs/architecture.md"))}

        assert decisions - linked == set()


class TestGlossary:
    def test_has_every_table(self) -> None:
        rows = re.findall(r"^\|.*\| `(\w+)` \|$", said("docs/glossary.md"), re.MULTILINE)

        assert sorted(rows) == sorted(Table.metadata.tables)


class TestOperations:
    def test_alarms_watch_what_is_logged(self) -> None:
        code = "".join(path.read_text() for path in ROOMS.rglob("*.py"))
        messages = re.findall(r"`([a-z]+\.[a-z_]+)`", section("docs/operations.md", "Alarms to set"))

        assert messages
        assert [message for message in messages if f'"{message}"' not in code] == []

    def test_parameters_are_those_of_the_templates(self) -> None:
        rows = re.findall(r"^\| ([\w, ]+) \| (`.+?`) \|", section("docs/operations.md", "Parameters"), re.MULTILINE)
        named = {name for _, names in rows for name in CODE.findall(names)}

        assert named == set().union(*(parameters(stack) for stack in ("network", "database", "identity"))) | set(
            template()["Parameters"]
        )


class TestApiDocument:
    def test_has_every_route_of_the_template_under_the_name_of_its_file(self) -> None:
        documented = {(method, path): operation["operationId"] for method, path, operation in operations()}
        declared = {route: function.source.stem for function in functions() for route in function.routes}

        assert documented == declared

    def test_says_in_a_sentence_what_each_operation_does(self) -> None:
        silent = [
            operation["operationId"] for _, _, operation in operations() if not operation["summary"].endswith(".")
        ]

        assert silent == []

    def test_refers_only_to_what_it_holds(self) -> None:
        broken = set()
        for reference in re.findall(r'"\$ref": "#/([^"]+)"', said("docs/api.json")):
            found: Any = api()
            for part in reference.split("/"):
                found = found.get(part, {})
            if not found:
                broken.add(reference)

        assert broken == set()

    def test_refuses_in_problems_only(self) -> None:
        for _, _, operation in operations():
            refused = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
            assert {"401", "403", "422", "500"} <= set(refused)
            assert all(answer["$ref"].startswith("#/components/responses/") for answer in refused.values())
        assert api()["security"] == [{"SignedIn": []}]


def parameters(stack: str) -> set[str]:
    """Return the parameters of a stack under infra/."""
    text = said(f"infra/{stack}.yaml").partition("\nParameters:\n")[2].partition("\nResources:")[0]
    return set(yaml.safe_load(re.sub(r"!\w+ ", "", text)))
