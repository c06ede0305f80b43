"""The twenty defects of an earlier system, each seen from outside: none of them may appear in this one."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import CheckConstraint, Engine, text
from sqlalchemy.exc import DBAPIError

from firstline.categories.rules import Category
from firstline.db.models import AuditLog, Flow, Proposal, Table, Ticket, Walk
from firstline.db.models.walks import ActingAs
from infra.local.testing import LocalCloud
from tests.api.l1.conftest import PROJECTOR, Library, Technician
from tests.architecture.reading import functions, routes_of
from tests.conftest import RunningCloud, TestAccount
from tests.defects import BAD_IDS, STATUSES, VPN, Forgetful, enable, escalate, leaves, near_miss, stored_length, told_of
from tests.faults.test_flywheel_delivery import send
from tests.permissions import ENGINEERS, TABLE
from tests.walking import VPN_CALLS, advance_to_end, begin, propose, resolve, resolve_call

ANALYTICS = ("overview", "coverage", "flow-quality", "knowledge-gaps")


@pytest.fixture(scope="module")
def model_server() -> Iterator[Forgetful]:
    server = Forgetful()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def modelled_cloud(model_server: Forgetful) -> Iterator[RunningCloud]:
    configured = {
        "FIRSTLINE_MODEL_PROVIDER": "openai",
        "FIRSTLINE_MODEL_URL": model_server.url,
        "FIRSTLINE_MODEL_NAME": "scripted",
    }
    with LocalCloud(settings=configured) as local:
        running = RunningCloud(local)
        yield running
        running.stop()


@pytest.fixture
def model(model_server: Forgetful) -> Forgetful:
    model_server.reset()
    return model_server


@pytest.fixture
def modelled(modelled_cloud: RunningCloud, model: Forgetful) -> Iterator[Technician]:
    """A technician whose next questions come from the model."""
    del model  # reset before anybody asks it
    yield Technician(modelled_cloud.account())
    modelled_cloud.hang_up()


@pytest.fixture
def tech(account: TestAccount) -> Technician:
    return Technician(account)


class TestDefects:
    def test_01_every_built_node_has_an_id_of_the_servers(self, modelled: Technician) -> None:
        begun = modelled.intake(VPN)
        served = [begun["node"]]
        for steps in range(1, len(BAD_IDS) + 1):
            answered = modelled.advance(begun["session_id"], served[-1], "yes")
            assert len(answered.body["session"]["walked_path"]) == steps
            served.append(answered.body["node"])

        ids = [node["id"] for node in served]
        assert [UUID(node_id).version for node_id in ids] == [4] * len(ids)
        assert len(set(ids)) == len(ids)

    def test_02_two_loads_return_the_same_node_for_one_model_call(self, modelled: Technician, model: Forgetful) -> None:
        begun = modelled.intake(VPN)

        loads = [modelled.advance(begun["session_id"]).body["node"] for _ in range(2)]

        assert loads == [begun["node"]] * 2
        assert model.nodes == 1

    def test_03_a_chosen_flow_and_a_notes_only_walk_ask_nobody(self, modelled: Technician, model: Forgetful) -> None:
        library = Library(modelled.account)
        wanted = library.publish("Beamer", keywords=("beamer",))
        library.publish()

        chosen = modelled.intake(PROJECTOR, flow_id=str(wanted))
        noted = modelled.intake(VPN, adhoc=True)

        assert (chosen["outcome"], chosen["flow"]["id"], chosen["score"]) == ("matched", str(wanted), 1.0)
        assert set(noted) == {"outcome", "session_id", "session_kind", "ticket_id", "ticket_kind"}
        assert (noted["outcome"], noted["session_kind"]) == ("adhoc", "adhoc")
        assert (model.nodes, model.classifications) == (0, 0)

    def test_04_no_step_answered_makes_no_proposal_and_graphs_hold_real_steps(
        self, tech: Technician, account: TestAccount
    ) -> None:
        resolve(tech.http, tech.intake(VPN)["session_id"])
        account.cloud.idle()
        assert account.rows(Proposal) == []

        begun = begin(tech.http, VPN)
        served = advance_to_end(tech.http, begun)
        resolve(tech.http, begun["session_id"])
        account.cloud.idle()

        (proposal,) = account.rows(Proposal)
        nodes = [node for node in proposal.proposed_flow_data["nodes"] if not node.get("needs_review")]
        assert sorted(node["text"] for node in nodes) == sorted(node["text"] for node in served)
        steps = [step for node in nodes for step in node["steps"]]
        assert sorted(step["index"] for step in steps) == list(range(len(served) - 1))

    def test_05_twelve_steps_can_be_answered_and_the_thirteenth_serve_is_the_cap(self, modelled: Technician) -> None:
        begun = modelled.intake(VPN)
        node = begun["node"]
        for _ in range(12):
            assert node["node_type"] == "question"
            node = modelled.step(begun["session_id"], node, "yes")

        assert (node["node_type"], node["reason_category"]) == ("escalate", "depth_cap")
        assert UUID(node["id"]).version == 4
        assert len(modelled.session(begun["session_id"])["walked_path"]) == 12

    def test_06_a_walk_can_be_deleted_with_its_proposals(self, account: TestAccount) -> None:
        proposal = propose(account)
        for change in ("l1_session_id = NULL", "source_session_id = gen_random_uuid()"):
            with pytest.raises(DBAPIError, match="one_source"):
                account.execute(f"UPDATE flow_proposals SET {change} WHERE account_id = :account")
        (walk,) = account.rows(Walk)

        answer = account.as_("owner").delete(f"/v1/l1/sessions/{walk.id}")

        assert answer.status == 204
        assert (account.rows(Walk), account.rows(Proposal)) == ([], [])
        assert account.as_("owner").get(f"/v1/flow-proposals/{proposal['id']}").status == 404

    def test_07_categories_are_read_and_written_by_the_same_people(self, account: TestAccount) -> None:
        path, found = "/v1/accounts/me/l1-categories", {}
        for role in ("owner", "admin", "engineer", "l1_tech", "viewer"):
            client = account.as_(role)
            found[role] = client.get(path).status, client.patch(path, {"enabled": ["printer"]}).status

        managers, others = ("owner", "admin"), ("engineer", "l1_tech", "viewer")
        assert found == dict.fromkeys(managers, (200, 200)) | dict.fromkeys(others, (403, 403))

    def test_08_an_escalation_reaches_whoever_is_there_and_never_fails(self, account: TestAccount) -> None:
        gone = "UPDATE users SET {} WHERE account_id = :account AND account_role IN ({})"
        account.execute(gone.format("account_role = 'viewer'", "'engineer'"))
        first = escalate(account)
        told = {role: told_of(account, role) for role in ("owner", "admin", "engineer", "l1_tech", "viewer")}
        assert told == {"owner": {first}, "admin": {first}, "engineer": set(), "l1_tech": set(), "viewer": set()}

        account.execute(gone.format("is_active = false", "'admin'"))
        second = escalate(account)
        account.execute(gone.format("deleted_at = now()", "'owner'"))
        third = escalate(account)

        account.execute(gone.format("is_active = true, deleted_at = NULL", "'owner', 'admin'"))
        assert told_of(account, "owner") == {first, second}
        assert told_of(account, "admin") == {first}
        warnings = [line for line in account.cloud.local.functions_log.read_text().splitlines() if third in line]
        assert any("escalation.nobody_to_tell" in line for line in warnings)

    def test_09_a_forged_text_or_label_is_ignored(self, tech: Technician) -> None:
        begun = tech.intake(VPN)
        node = begun["node"]
        chosen = node["options"][0]
        lie = "Format the disk"
        forged = {"text": lie, "answer_label": lie, "options": [{"key": chosen["key"], "label": lie}]}

        tech.call("POST", begun["session_id"], "/advance", {"node_id": node["id"], "answer": chosen["key"], **forged})

        (entry,) = tech.session(begun["session_id"])["walked_path"]
        assert (entry["text"], entry["options"], entry["answer_label"]) == (
            node["text"],
            node["options"],
            chosen["label"],
        )
        assert lie not in str(tech.stored(begun["session_id"]).walked_path)

    def test_10_one_audit_row_per_end_with_acting_as(self, account: TestAccount) -> None:
        account.execute(
            "UPDATE users SET can_cover_l1 = true WHERE account_id = :account AND account_role = 'engineer'"
        )
        expected = []
        for role, acting_as in (("l1_tech", None), ("engineer", ActingAs.L1_COVERAGE)):
            http = account.as_(role)
            for deed, body in (("resolve", {"helpful": True}), ("escalate", {"reason_category": "other"})):
                begun = begin(http, VPN)
                path = f"/v1/l1/sessions/{begun['session_id']}/{deed}"
                with ThreadPoolExecutor(2) as pool:
                    clients = [account.cloud.client(account.token(role)) for _ in range(2)]
                    ends = list(pool.map(lambda one, to=path, said=body: one.post(to, said).status, clients))
                assert sorted(ends) == [200, 409]
                action = {"resolve": "walk.resolved", "escalate": "walk.escalated"}[deed]
                expected.append((begun["session_id"], action, acting_as, account.user_id(role)))

        rows = account.rows(AuditLog, resource_type="walk")
        found = [(row.resource_id, row.action, row.acting_as, str(row.user_id)) for row in rows]
        assert sorted(found, key=str) == sorted(expected, key=str)

    def test_11_an_admin_passes_every_engineer_gate(self, account: TestAccount) -> None:
        engineers_read = [
            route.removeprefix("GET ") + TABLE[route].query
            for route in TABLE
            if route.startswith("GET ") and TABLE[route].gate == ENGINEERS and not TABLE[route].ids
        ]
        assert len(engineers_read) >= 8
        admin = account.as_("admin")

        assert {path: admin.get(path).status for path in engineers_read} == dict.fromkeys(engineers_read, 200)
        claimed = admin.post(f"/v1/l1/escalations/{escalate(account)}/claim")
        started = admin.post("/v1/ai-sessions", {"intake_type": "free_text", "problem_text": VPN})
        assert (claimed.status, started.status) == (200, 201)
        assert [route for route, row in TABLE.items() if "engineer" in row.gate and "admin" not in row.gate] == []

    def test_12_status_columns_hold_every_allowed_value(self, application: Engine) -> None:
        too_long = []
        for table in Table.metadata.tables.values():
            for constraint in table.constraints:
                name = str(constraint.name)
                if isinstance(constraint, CheckConstraint) and name.endswith("_known"):
                    column = name.removeprefix(f"ck_{table.name}_").removesuffix("_known")
                    too_long += [
                        (table.name, column, value)
                        for value in re.findall(r"'([^']*)'", str(constraint.sqltext))
                        if len(value) > stored_length(application, table.name, column)
                    ]
        assert too_long == []

    def test_12_statuses_that_were_refused_once_are_stored(self, account: TestAccount) -> None:
        propose(account)
        begin(account.as_("l1_tech"), VPN, adhoc=True)
        account.as_("engineer").post("/v1/ai-sessions", {"intake_type": "free_text", "problem_text": VPN})
        for model, column, values in STATUSES:
            for value in values:
                ended = {"active": ", resolved_at = NULL"}.get(value, ", resolved_at = now()")
                ended = ended if (model, column) == (Walk, "status") else ""
                account.execute(
                    f"UPDATE {model.__tablename__} SET {column} = :value{ended} WHERE account_id = :account",
                    value=value,
                )
                assert {getattr(row, column) for row in account.rows(model)} == {value}

    def test_13_template_functions_and_running_routes_agree(self, account: TestAccount) -> None:
        stranger = account.cloud.client()
        for function in functions():
            assert routes_of(function.source) == function.routes, function.name
            for method, path in function.routes:
                concrete = re.sub(r"[{<]\w+[}>]", "1", path)
                assert stranger.call(method.upper(), concrete).status == 401, path
        routes = sorted(route for function in functions() for route in function.routes)
        assert len(routes) == len(set(routes))

    def test_14_matches_win_suggestions_wait_and_the_gate_holds(self, tech: Technician, account: TestAccount) -> None:
        library = Library(account)
        library.publish()
        library.publish("VPN does not connect from home", keywords=("vpn",))
        enable(account)
        assert tech.intake(PROJECTOR)["outcome"] == "matched"

        near = near_miss(tech)
        forced = tech.intake(near, force_build=True)
        walks = len(account.rows(Walk))
        assert (forced["outcome"], forced["category"]) == ("out_of_scope", "vpn_connect")
        disabled = tech.intake("The printer prints nothing and the queue is stuck")
        assert (disabled["outcome"], disabled["category"]) == ("out_of_scope", "printer")
        assert len(account.rows(Walk)) == len(account.rows(Ticket)) == walks

        enable(account, *Category)
        assert tech.intake(near)["outcome"] == "suggest"
        assert tech.intake(near, force_build=True)["outcome"] == "build"

    @pytest.mark.parametrize("status", [429, 500])
    def test_15_a_failing_classifier_never_fails_an_intake(
        self, modelled: Technician, model: Forgetful, status: int
    ) -> None:
        model.status = status

        known, unknown = (modelled.intake(problem) for problem in (VPN, "The coffee machine leaks"))

        assert (known["outcome"], known["category"]) == ("build", "vpn_connect")
        assert (unknown["outcome"], unknown["category"]) == ("out_of_scope", None)
        assert model.classifications >= 2

    def test_16_a_redelivered_message_counts_once(self, account: TestAccount) -> None:
        proposal = propose(account, VPN_CALLS[:2])
        before = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}").body
        for walk in account.rows(Walk):
            account.execute(
                "UPDATE l1_walk_sessions SET analysis_status = 'processing' WHERE account_id = :account"
            )  # as if the first delivery had died after its work
            send(account, topic="session.resolved", session_id=str(walk.id), session_type="walk")
        account.cloud.idle()

        (stored,) = account.rows(Proposal)
        assert (stored.supporting_session_count, len(set(stored.supporting_session_ids))) == (2, 2)
        after = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}").body
        assert after["proposed_flow_data"] == before["proposed_flow_data"]

    def test_17_sessions_of_no_domain_are_one_proposal(self, account: TestAccount) -> None:
        walks = []
        for problem in VPN_CALLS[:2]:
            begun = begin(account.as_("l1_tech"), problem)
            advance_to_end(account.as_("l1_tech"), begun)
            account.execute("UPDATE l1_walk_sessions SET category = NULL WHERE account_id = :account")
            resolve(account.as_("l1_tech"), begun["session_id"])
            account.cloud.idle()
            walks.append(begun["session_id"])

        (proposal,) = account.rows(Proposal)
        assert proposal.problem_domain is None
        assert sorted(proposal.supporting_session_ids) == sorted(walks)

    def test_18_a_day_and_a_second_is_abandoned_and_a_minute_less_is_not(
        self, tech: Technician, account: TestAccount
    ) -> None:
        ages = {tech.intake(adhoc=True)["session_id"]: age for age in ("24 hours 1 second", "23 hours 59 minutes")}
        for session_id, age in ages.items():
            account.execute(
                "UPDATE l1_walk_sessions SET last_step_at = now() - CAST(:age AS interval)"
                " WHERE account_id = :account AND id = :id",
                age=age,
                id=UUID(session_id),
            )

        account.cloud.tick("abandon_idle_walks")

        assert [tech.session(session_id)["status"] for session_id in ages] == ["abandoned", "active"]

    def test_19_row_level_security_alone_hides_a_foreign_row(self, account: TestAccount, application: Engine) -> None:
        flow_id = Library(account).publish()
        query, other = "SELECT count(*) FROM trees WHERE id = :id", account.other()

        seen = {}
        for name, setting in (("own", str(account.id)), ("other", str(other.id)), ("unset", "")):
            with application.connect() as connection:
                connection.execute(
                    text("SELECT set_config('app.current_account_id', :value, true)"), {"value": setting}
                )
                seen[name] = connection.scalar(text(query), {"id": flow_id})
        with application.connect() as connection:
            seen["never set"] = connection.scalar(text(query), {"id": flow_id})
            role = connection.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            ).scalar_one()

        assert (seen, role) == ({"own": 1, "other": 0, "unset": 0, "never set": 0}, False)
        assert [flow.id for flow in account.rows(Flow)] == [flow_id]

    def test_20_figures_of_the_analytics_are_json_numbers(self, account: TestAccount) -> None:
        for _ in range(5):
            resolve_call(account.as_("l1_tech"), VPN)
        escalate(account)

        gaps = account.as_("engineer").get("/v1/analytics/knowledge-gaps", period="7d").body["items"]
        assert gaps
        assert {type(figure) for gap in gaps for figure in gap["evidence"].values()} <= {int, float}
        for path in ANALYTICS:
            body = account.as_("engineer").get(f"/v1/analytics/{path}", period="7d").body
            quoted = [leaf for leaf in leaves(body) if isinstance(leaf, str) and re.fullmatch(r"-?\d+(\.\d+)?", leaf)]
            assert quoted == [], path
