"""Reading a template: intrinsic functions and what they resolve to here."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.intrinsics import Resolver, UnknownNameError, load
from infra.local.place import Place
from infra.local.template import Template

TEMPLATE = Path(__file__).parent / "cloud" / "template.yaml"
DOCUMENT = {
    "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
    "Conditions": {"IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}, "Never": {"Fn::Not": [{"Condition": "IsDev"}]}},
    "Mappings": {"Sizes": {"dev": {"memory": 256}}},
}


@pytest.fixture
def resolver() -> Resolver:
    return Resolver(
        DOCUMENT,
        names={"AWS::Region": "eu-west-1"},
        ref=lambda name: f"ref:{name}",
        attribute=lambda name, attribute: f"{name}:{attribute}",
        imported=lambda name: f"import:{name}",
    )


@pytest.fixture(scope="module")
def template() -> Template:
    return Place(Path(), "http://127.0.0.1:1", "http://127.0.0.1:2", 3).read_template(TEMPLATE)


class TestResolver:
    @pytest.mark.parametrize(
        ("value", "resolved"),
        [
            ({"Ref": "Stage"}, "dev"),
            ({"Ref": "Queue"}, "ref:Queue"),
            ({"Fn::Sub": "${Stage}-${AWS::Region}-${Queue.Arn}-${!Literal}"}, "dev-eu-west-1-Queue:Arn-${Literal}"),
            ({"Fn::Sub": ["${a}", {"a": {"Ref": "Stage"}}]}, "dev"),
            ({"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}, "Cluster:Endpoint.Address"),
            ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
            ({"Fn::If": ["IsDev", "yes", "no"]}, "yes"),
            ({"Fn::If": ["Never", "yes", "no"]}, "no"),
            ({"Fn::ImportValue": {"Fn::Sub": "${Stage}-pool"}}, "import:dev-pool"),
            ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 256),
            ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
            ([{"Ref": "AWS::NoValue"}, 1], [1]),
            ({"keep": 1, "drop": {"Ref": "AWS::NoValue"}}, {"keep": 1}),
        ],
    )
    def test_resolves(self, resolver: Resolver, value: Any, resolved: Any) -> None:
        assert resolver.resolve(value) == resolved

    def test_knows_the_short_forms_of_yaml(self, tmp_path: Path) -> None:
        path = tmp_path / "t.yaml"
        path.write_text("a: !GetAtt Queue.Arn\nb: !Join ['', [x, !Ref Y]]\nc: !Sub '${Z}'\n")

        assert load(path) == {
            "a": {"Fn::GetAtt": ["Queue", "Arn"]},
            "b": {"Fn::Join": ["", ["x", {"Ref": "Y"}]]},
            "c": {"Fn::Sub": "${Z}"},
        }

    def test_refuses_an_unknown_condition(self, resolver: Resolver) -> None:
        with pytest.raises(UnknownNameError, match="Nowhere"):
            resolver.resolve({"Fn::If": ["Nowhere", 1, 2]})


class TestTemplate:
    def test_gives_each_function_its_own_on_top_of_the_globals(self, template: Template) -> None:
        echo, answer = template.functions["EchoFunction"], template.functions["AnswerFunction"]

        assert (echo.timeout, answer.timeout, answer.memory) == (5, 1, 256)
        assert echo.environment["WORK_QUEUE_URL"] == "http://127.0.0.1:2/123456789012/WorkQueue"
        assert (echo.environment["STAGE"], answer.environment["STAGE"]) == ("local-eu-west-1", "own")

    def test_asks_for_a_token_unless_the_route_says_none(self, template: Template) -> None:
        asked = {route.path: route.authorizer is not None for route in template.functions["EchoFunction"].routes}

        assert asked == {
            "/v1/open": False,
            "/v1/things/{thing_id}": True,
            "/v1/things/special": True,
            "/v1/files/{path+}": False,
        }

    def test_leaves_out_resources_whose_condition_is_false(self, template: Template) -> None:
        assert set(template.queues) == {"WorkQueue", "WorkDeadLetters"}

    def test_maps_queues_and_the_schedules_that_are_on_to_their_function(self, template: Template) -> None:
        work = template.functions["WorkFunction"]

        assert [source.queue_arn for source in work.queues] == [template.queues["WorkQueue"].arn]
        assert [schedule.expression for schedule in work.schedules] == ["rate(1 hour)"]

    def test_that_refers_to_nothing_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "template.yaml"
        path.write_text(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
            "    Properties: {CodeUri: f, Handler: f.handler, Environment: {Variables: {A: !Ref Nothing}}}\n"
        )

        with pytest.raises(UnknownNameError, match="Nothing"):
            Place(tmp_path, "", "", 3).read_template(path)
