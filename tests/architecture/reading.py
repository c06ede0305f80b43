"""The template and the code, read once for the tests of the laws."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"
ROOMS = ROOT / "layers" / "core" / "firstline"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as what stands behind them."""


def _tag(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tag)


@dataclass(frozen=True)
class Function:
    """One function of the template; `source` is the file its handler names."""

    name: str
    properties: dict[str, Any]

    @property
    def source(self) -> Path:
        file = str(self.properties["Handler"]).removesuffix(".handler") + ".py"
        return ROOT / str(self.properties["CodeUri"]) / file

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(self.properties.get("Events", {}).values())

    @property
    def routes(self) -> list[tuple[str, str]]:
        return [
            (event["Properties"]["Method"], event["Properties"]["Path"])
            for event in self.events
            if event["Type"] == "HttpApi"
        ]

    @property
    def policies(self) -> list[str]:
        return [policy["Ref"] for policy in self.properties.get("Policies", [])]


@cache
def template() -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506  SafeLoader
    return document


@cache
def functions() -> list[Function]:
    return [
        Function(name, resource["Properties"])
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]


@cache
def sources() -> list[Path]:
    return sorted(path for path in FUNCTIONS.glob("*/*.py") if path.name != "__init__.py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def routes_of(path: Path) -> list[tuple[str, str]]:
    """Return the routes a door's decorators name, in API Gateway's spelling."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                    first = decorator.args[0]
                    assert isinstance(first, ast.Constant)
                    found.append((decorator.func.attr.upper(), re.sub(r"<(\w+)>", r"{\1}", str(first.value))))
    return found


def calls(path: Path, name: str) -> list[ast.Call]:
    """Return the calls of a function or method of this name in a module."""
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == name)
            or (isinstance(node.func, ast.Attribute) and node.func.attr == name)
        )
    ]


def modules() -> list[Path]:
    return sorted(path for path in ROOMS.rglob("*.py") if "versions" not in path.parts)


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))
