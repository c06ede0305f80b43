"""CloudFormation's YAML and its intrinsic functions, resolved with the values of this machine."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.local.problems import CannotRunError

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")
NO_VALUE = object()


class UnknownNameError(CannotRunError):
    """A name that neither the template nor this machine knows."""


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as `{"Ref": x}` and `!Sub x` as `{"Fn::Sub": x}`."""


def _construct(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _construct)


def load(path: Path) -> dict[str, Any]:
    """Read a template; its intrinsic functions become their long form. Raises CannotRunError where it is no YAML."""
    try:
        document: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506  a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CannotRunError(f"{path.name} is no valid YAML: {error.problem}, line {line}.") from error
    return document


class Resolver:
    """Replaces the intrinsic functions of one template.

    `ref` and `attribute` know the resources, `imported` the exports of other stacks; `names` are the pseudo parameters
    and the parameters.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        names: Mapping[str, Any],
        ref: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
        imported: Callable[[str], Any],
    ) -> None:
        defaults = {key: value.get("Default", "") for key, value in document.get("Parameters", {}).items()}
        self._names = {**defaults, **names}
        self._conditions: Mapping[str, Any] = document.get("Conditions", {})
        self._mappings: Mapping[str, Any] = document.get("Mappings", {})
        self._ref, self._attribute, self._imported = ref, attribute, imported
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self.name,
            "Condition": self.condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": lambda value: str(value[0]).join(str(part) for part in self.resolve(value[1])),
            "Fn::ImportValue": lambda value: self._imported(str(self.resolve(value))),
            "Fn::If": lambda value: self.resolve(value[1] if self.condition(value[0]) else value[2]),
            "Fn::Equals": lambda value: self.resolve(value[0]) == self.resolve(value[1]),
            "Fn::Not": lambda value: not self.resolve(value[0]),
            "Fn::And": lambda value: all(self.resolve(part) for part in value),
            "Fn::Or": lambda value: any(self.resolve(part) for part in value),
            "Fn::Select": lambda value: self.resolve(value[1])[int(self.resolve(value[0]))],
            "Fn::Split": lambda value: str(self.resolve(value[1])).split(value[0]),
            "Fn::FindInMap": self._find_in_map,
        }

    def resolve(self, value: Any) -> Any:
        """Return `value` with every intrinsic function in it replaced; members that are NoValue are left out."""
        if isinstance(value, Mapping):
            if len(value) == 1:
                ((function, argument),) = value.items()
                if function in self._functions:
                    return self._functions[function](argument)
            resolved = {key: self.resolve(part) for key, part in value.items()}
            return {key: part for key, part in resolved.items() if part is not NO_VALUE}
        if isinstance(value, list):
            return [part for part in map(self.resolve, value) if part is not NO_VALUE]
        return value

    def condition(self, name: str) -> bool:
        if name not in self._conditions:
            message = f"The template has no condition {name}."
            raise UnknownNameError(message)
        return bool(self.resolve(self._conditions[name]))

    def name(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        return self._names[name] if name in self._names else self._ref(name)

    def _get_att(self, value: list[Any]) -> Any:
        logical_id, attribute = value
        return self._attribute(logical_id, str(self.resolve(attribute)))

    def _sub(self, value: Any) -> str:
        text, extra = (value, {}) if isinstance(value, str) else (value[0], self.resolve(value[1]))

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in extra:
                return str(extra[name])
            logical_id, dot, attribute = name.partition(".")
            return str(self._attribute(logical_id, attribute) if dot else self.name(name))

        return _PLACEHOLDER.sub(replace, text)

    def _find_in_map(self, value: list[Any]) -> Any:
        table, first, second = (self.resolve(part) for part in value)
        return self._mappings[table][first][second]
