"""How a path finds its route."""

from pathlib import Path

import pytest

from infra.local.routing import Routes
from infra.local.template import Function, Route


def routes(*keys: str) -> Routes:
    made = tuple(Route(method, path, authorizer=None) for method, path in (key.split(" ") for key in keys))
    function = Function("F", "F", Path(), "f.handler", timeout=3, memory=128, environment={}, routes=made)
    return Routes([function])


class TestRoutes:
    def test_prefer_the_literal_path_to_a_parameter_and_that_to_a_greedy_one(self) -> None:
        table = routes("ANY /v1/{rest+}", "GET /v1/flows/{flow_id}", "GET /v1/flows/search", "GET /v1/{kind}/search")

        def key(path: str) -> str:
            found = table.find("GET", path)
            assert found is not None
            return found[0].key

        assert key("/v1/flows/search") == "GET /v1/flows/search"
        assert key("/v1/flows/7") == "GET /v1/flows/{flow_id}"
        assert key("/v1/walks/search") == "GET /v1/{kind}/search"
        assert key("/v1/walks/7/path") == "ANY /v1/{rest+}"

    def test_hand_on_the_parameters(self) -> None:
        found = routes("GET /v1/{kind}/{path+}").find("GET", "/v1/é a/b/c")

        assert found is not None
        assert found[1] == {"kind": "é a", "path": "b/c"}

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/v1/me/"), ("POST", "/v1/me"), ("HEAD", "/v1/me"), ("GET", "/V1/me"), ("GET", "/v1")],
    )
    def test_match_exactly_or_not_at_all(self, method: str, path: str) -> None:
        assert routes("GET /v1/me").find(method, path) is None

    def test_prefer_the_named_method_to_any(self) -> None:
        found = routes("ANY /v1/me", "GET /v1/me").find("GET", "/v1/me")

        assert found is not None
        assert found[0].key == "GET /v1/me"

    def test_take_a_dot_for_a_dot(self) -> None:
        assert routes("GET /v1/api.json").find("GET", "/v1/apiXjson") is None
