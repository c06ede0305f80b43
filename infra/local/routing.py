"""Which route serves a path, as an HTTP API chooses: the most specific one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from infra.local.template import Function, Route

_PARAMETER = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True)
class Served:
    """A route with the function behind it."""

    route: Route
    function: Function

    @property
    def key(self) -> str:
        return f"{self.route.method} {self.route.path}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        expression, end = "", 0
        for match in _PARAMETER.finditer(self.route.path):
            expression += re.escape(self.route.path[end : match.start()])
            expression += f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})"
            end = match.end()
        return re.compile(expression + re.escape(self.route.path[end:]))

    @cached_property
    def rank(self) -> tuple[bool, tuple[int, ...], bool]:
        """Sort the more specific route first: no greedy parameter, literal segments early, a named method."""
        kinds = tuple(1 if "{" in segment else 0 for segment in self.route.path.split("/"))
        return ("+}" in self.route.path, kinds, self.route.method == "ANY")


class Routes:
    def __init__(self, functions: Iterable[Function]) -> None:
        self._served = sorted(
            (Served(route, function) for function in functions for route in function.routes),
            key=lambda served: served.rank,
        )

    def find(self, method: str, path: str) -> tuple[Served, Mapping[str, str]] | None:
        for served in self._served:
            if served.route.method not in (method, "ANY"):
                continue
            match = served.pattern.fullmatch(path)
            if match:
                return served, match.groupdict()
        return None
