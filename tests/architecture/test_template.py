"""The template, the functions, their routes, tests and permissions agree, one to one."""

from firstline.accounts.rules import Permission
from tests.architecture.reading import ROOT, calls, functions, place, routes_of, sources, template

RUNTIMES = {"python3.12", "python3.13", "python3.14"}


class TestFunctions:
    def test_each_file_is_one_function_of_the_template_and_each_function_has_its_file(self) -> None:
        declared = sorted(function.source for function in functions())

        assert declared == sources()
        assert len(set(declared)) == len(declared)

    def test_each_is_named_after_its_file(self) -> None:
        for function in functions():
            words = function.source.stem.split("_")
            assert function.name == "".join(map(str.capitalize, words)) + "Function", place(function.source)

    def test_names_are_unique_in_the_repository(self) -> None:
        stems = [source.stem for source in sources()]

        assert sorted(set(stems)) == sorted(stems)

    def test_run_on_a_runtime_that_exists(self) -> None:
        assert template()["Globals"]["Function"]["Runtime"] in RUNTIMES
        assert all("Runtime" not in function.properties for function in functions())

    def test_import_no_other_function(self) -> None:
        for source in sources():
            assert "functions." not in source.read_text().replace("functions.log", ""), place(source)

    def test_are_doors_of_at_most_forty_lines(self) -> None:
        long = {place(source): len(source.read_text().splitlines()) for source in sources()}

        assert {name: lines for name, lines in long.items() if lines > 40} == {}


class TestRoutes:
    def test_stand_in_the_file_as_in_the_template(self) -> None:
        for function in functions():
            assert routes_of(function.source) == function.routes, function.name

    def test_are_one_per_function_and_unique(self) -> None:
        routes = [route for function in functions() for route in function.routes]

        assert all(len(function.routes) <= 1 for function in functions())
        assert sorted(set(routes)) == sorted(routes)

    def test_are_behind_the_authorizer(self) -> None:
        assert template()["Resources"]["Api"]["Properties"]["Auth"]["DefaultAuthorizer"] == "SignedIn"
        for function in functions():
            for event in function.events:
                assert "Auth" not in event["Properties"], function.name

    def test_each_authorizes_once_with_a_permission_that_exists(self) -> None:
        names = {permission.name for permission in Permission}
        for function in functions():
            if function.routes and function.name not in ANYONE_SIGNED_IN:
                (call,) = calls(function.source, "authorize")
                assert getattr(call.args[1], "attr", None) in names, function.name

    def test_each_has_a_test_through_the_gateway(self) -> None:
        missing = [
            function.name
            for function in functions()
            if function.routes
            and not (ROOT / "tests/api" / function.source.parent.name / f"test_{function.source.stem}.py").exists()
        ]

        assert missing == []


ANYONE_SIGNED_IN = {"OpenAccountFunction", "AcceptInviteFunction"}  # people who are no user of an account yet


class TestQueues:
    def test_have_dead_letters_and_time_for_six_tries(self) -> None:
        resources = template()["Resources"]
        sources_ = [
            (function, event["Properties"])
            for function in functions()
            for event in function.events
            if event["Type"] == "SQS"
        ]
        assert sources_
        for function, mapping in sources_:
            queue = resources[mapping["Queue"]["GetAtt"].split(".")[0]]["Properties"]
            timeout = function.properties.get("Timeout", template()["Globals"]["Function"]["Timeout"])
            assert queue["RedrivePolicy"]["maxReceiveCount"] == 3
            assert queue["VisibilityTimeout"] >= 6 * timeout
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_powers_fit_what_a_function_does(self) -> None:
        for function in functions():
            text = function.source.read_text()
            if "transaction(" in text:
                assert "UseDatabase" in function.policies, function.name


class TestSchedules:
    def test_fire_functions_of_the_background_only(self) -> None:
        for function in functions():
            if any(event["Type"] == "ScheduleV2" for event in function.events):
                assert function.source.parent.name == "background"
