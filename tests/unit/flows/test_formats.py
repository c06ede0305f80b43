"""What goes out comes in again the same; what people draw is read as they mean it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.errors import TooLarge
from firstline.flows.formats import dot, flodial, mermaid
from firstline.flows.formats.portable import PortableFlow, UnreadableDocument
from firstline.flows.formats.registry import ExportFormat, ImportFormat, read_flow, write_flow
from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType, problems
from tests.unit.flows.graphs import sound_graphs

_BACK: list[tuple[ExportFormat, ImportFormat]] = [("json", "firstline"), ("mermaid", "mermaid"), ("dot", "dot")]


def shape(graph: Graph) -> dict[str, tuple[str, str, list[tuple[str | None, str]]]]:
    """Return type, text and ways of every node."""
    return {
        node.id: (
            node.type.value,
            node.text,
            [(way.condition.label if way.condition else None, way.target) for way in graph.ways_from(node.id)],
        )
        for node in graph.nodes
    }


class TestExports:
    @pytest.mark.parametrize(("out", "back"), _BACK)
    @settings(max_examples=60)
    @given(graph=sound_graphs(), tags=st.lists(st.text("ab\"\\'é-", min_size=1, max_size=5), max_size=3))
    def test_are_read_back_as_they_were(
        self, out: ExportFormat, back: ImportFormat, graph: Graph, tags: list[str]
    ) -> None:
        flow = PortableFlow(graph, 'The "big" printer\\plotter', "Line one.\nLine <two>.", "printer", "printing", tags)

        read = read_flow(write_flow(flow, out), back)

        assert read.graph == graph
        assert (read.name, read.about(), list(read.notes)) == (flow.name, flow.about(), [])

    @given(graph=sound_graphs())
    def test_name_every_step_in_markdown(self, graph: Graph) -> None:
        page = write_flow(PortableFlow(graph, "Printer"), "markdown")

        assert page.count('<a id="step-') == len(graph.nodes)
        assert "nowhere" not in page

    def test_believe_what_was_redrawn_since(self) -> None:
        graph = Graph(
            "q",
            (
                Node("q", NodeType.DECISION, "Is it on?\nReally?", "Look at the front."),
                Node("c", NodeType.SOLUTION, "It works."),
                Node("h", NodeType.ESCALATE, "Pass it on."),
            ),
            (Edge("q", "c", Condition("lit", "Yes")), Edge("q", "h", Condition("no", "No"))),
        )
        written = mermaid.write(PortableFlow(graph, "Printer"))

        read = mermaid.read(written.replace("Is it on?<br/>Really?", "Is it lit?").replace("It works.", "Fine."))

        assert shape(read.graph) == {
            "q": ("decision", "Is it lit?", [("Yes", "c"), ("No", "h")]),
            "c": ("solution", "Fine.", []),
            "h": ("escalate", "Pass it on.", []),
        }
        assert read.graph.by_id["q"].help == "Look at the front."
        assert read.graph.way("q", "lit") is not None


class TestMermaid:
    def test_is_read_as_people_write_it(self) -> None:
        read = mermaid.read(
            """---
title: No internet
config:
  theme: dark
---
%%{init: {"theme": "dark"}}%%
graph LR;
    %% the way in
    A[Ask the caller]:::start --> B{Cable<br/>plugged in?};
    B -->|Yes| C("Restart the #quot;router#quot;") --> D{{Wait}} & E
    B -- No, it is not --> F[/Plug it in/]
    F ==> D; E((Solved))
    subgraph later [Later on]
        direction TB
        D -. "still nothing" .-> G[[Second line]]
        D -.->|works| E
    end
    B-->|"Don't know"|H>Look at the back]
    H --- B2@{ shape: diam, label: "Which socket?" }
    B2 -- WAN ---> E
    B2 -- LAN --x F
    classDef start fill:#f9f
    class A start
    style B fill:#fff,stroke:#333
    linkStyle 0 stroke:red
    click A "https://example.com" "tip"
"""
        )

        assert (read.name, read.graph.root) == ("No internet", "A")
        assert shape(read.graph) == {
            "A": ("action", "Ask the caller", [(None, "B")]),
            "B": ("decision", "Cable plugged in?", [("Yes", "C"), ("No, it is not", "F"), ("Don't know", "H")]),
            "C": ("decision", 'Restart the "router"', [("Wait", "D"), ("Solved", "E")]),
            "D": ("decision", "Wait", [("still nothing", "G"), ("works", "E")]),
            "E": ("solution", "Solved", []),
            "F": ("action", "Plug it in", [(None, "D")]),
            "G": ("escalate", "Second line", []),
            "H": ("action", "Look at the back", [(None, "B2")]),
            "B2": ("decision", "Which socket?", [("WAN", "E"), ("LAN", "F")]),
        }
        assert problems(read.graph) == []
        assert [note.code for note in read.notes] == ["answer_named"]

    @pytest.mark.parametrize(
        ("document", "line"),
        [
            ("sequenceDiagram\n A->>B: hi", 1),
            ("", 1),
            ("flowchart TD\n A[open --> B", 2),
            ('flowchart TD\n A["open] --> B', 2),
            ("flowchart TD\n A --> B\n B --> ", 3),
            ("flowchart TD\n A ? B", 2),
            ("flowchart TD\n%% firstline {broken", 2),
            ("flowchart TD\n A@{ shape: diam", 2),
        ],
    )
    def test_says_where_reading_ended(self, document: str, line: int) -> None:
        with pytest.raises(UnreadableDocument) as refused:
            mermaid.read(document)

        assert refused.value.members["errors"][0]["location"][-1] == f"line {line}"


class TestDot:
    def test_is_read_as_people_write_it(self) -> None:
        read = dot.read(
            r"""
// phone support
strict digraph PhoneSupport {
  rankdir = TB; node [shape=box, fontsize=10]
  edge [fontname="Helvetica"];
  /* the way in */
  Start [label="Start: user calls", shape=oval];
  signal [label="Any\nsignal?" shape=diamond];
  sim [label=<Re-seat the <b>SIM</b>&nbsp;card>];
  "air plane" [label="Airplane " + "mode on?", shape=diamond]
  done [label="Resolved", shape=ellipse]; human [label="Transfer to a human agent", shape=ellipse];
  Start -> signal;
  signal -> done [label="Yes (full)"];
  signal -> "air plane" [xlabel=No];
  subgraph cluster_air { label="Airplane"; node [shape=box]; off [label="Turn it off"]; }
  "air plane":e -> off:w [label="Yes"];
  "air plane" -> sim [label="No"];
  off -> check -> { done };
  sim -> check; check [label="Look again", shape=diamond];
  check -> human [label="Still \"none\""];
}
"""
        )

        assert (read.name, read.graph.root) == ("Phone Support", "Start")
        assert shape(read.graph) == {
            "Start": ("action", "Start: user calls", [(None, "signal")]),
            "signal": ("decision", "Any signal?", [("Yes (full)", "done"), ("No", "air plane")]),
            "sim": ("action", "Re-seat the SIM card", [(None, "check")]),
            "air plane": ("decision", "Airplane mode on?", [("Yes", "off"), ("No", "sim")]),
            "done": ("solution", "Resolved", []),
            "human": ("escalate", "Transfer to a human agent", []),
            "off": ("action", "Turn it off", [(None, "check")]),
            "check": ("decision", "Look again", [("Resolved", "done"), ('Still "none"', "human")]),
        }
        assert problems(read.graph) == []
        way = read.graph.ways_from("signal")[0]
        assert way.condition == Condition("yes", "Yes (full)")

    def test_names_the_other_answer_of_a_yes_or_no_question(self) -> None:
        read = dot.read("digraph { q [shape=diamond]; q -> a [label=No]; q -> b }")

        assert shape(read.graph)["q"] == ("decision", "q", [("No", "a"), ("Yes", "b")])

    def test_reports_a_circle(self) -> None:
        read = dot.read("digraph { a -> b -> a }")

        assert "cycle" in {each.code for each in problems(read.graph)}

    def test_keeps_an_overlong_id_apart_from_others(self) -> None:
        stem = "x" * 80
        read = dot.read(f"digraph {{ {stem}a -> {stem}b }}")

        first, second = read.graph.nodes
        assert len(first.id) == len(second.id) == 64
        assert first.id != second.id
        assert read.graph.edges == (Edge(first.id, second.id),)

    @pytest.mark.parametrize(
        ("document", "line"),
        [
            ("graph { a -- b }", 1),
            ("digraph {\n a -- b }", 2),
            ("digraph {\n a -> \n}", 3),
            ("digraph { a -> b", 1),
            ("digraph {\n a [label=<open ] }", 2),
            ('digraph {\n "open }', 2),
            ("hello", 1),
            ("digraph " + "{" * 80, 1),
        ],
    )
    def test_says_where_reading_ended(self, document: str, line: int) -> None:
        with pytest.raises(UnreadableDocument) as refused:
            dot.read(document)

        assert refused.value.members["errors"][0]["location"][-1] == f"line {line}"

    @given(st.text('{}[]<>"\\=;,:-abdigrph \n/*#', max_size=60))
    def test_refuses_rubbish_and_nothing_worse(self, rubbish: str) -> None:
        for read in (dot.read, mermaid.read):
            for opened in (rubbish, "digraph {" + rubbish, "graph TD\n" + rubbish):
                assert faults(read, opened) != []


def faults(read: Callable[[str], object], document: str) -> list[object] | None:
    """Return what reading refuses a document for; None for one that is read."""
    try:
        read(document)
    except UnreadableDocument as refused:
        return list(refused.members["errors"])
    return None


def chart(**members: Any) -> dict[str, Any]:
    document = {
        "name": "no_light",
        "category": "Office Machines",
        "problem_description": "The printer shows no light.",
        "nodes": {
            "1": {"utterance": "Is the fuse of the printer intact?", "label": "fuse?", "terminal": False},
            "2": {"utterance": "Replace the fuse.", "label": "replace", "terminal": True},
            "3": {"utterance": "Is the toner door closed?", "label": "door?", "terminal": False},
            "4": {"utterance": "The board is broken.", "label": "board", "terminal": True},
        },
        "edges": {"1": {"no": "2", "yes": "3"}, "3": {"yes": "4"}},
        "supporting_faqs": [
            {"id": "0", "q": "How do I check the toner door?", "a": "Push it until it clicks."},
            {"id": "1", "q": "What does it cost?", "a": "Nothing."},
        ],
    }
    return document | members


class TestFlodial:
    def test_becomes_a_sound_flow_with_its_ids(self) -> None:
        read = flodial.read(chart())

        assert problems(read.graph) == []
        assert (read.name, read.description, read.category) == (
            "no light",
            "The printer shows no light.",
            "office_machines",
        )
        assert {node_id: (kind, ways) for node_id, (kind, _, ways) in shape(read.graph).items()} == {
            "1": ("decision", [("No", "2"), ("Yes", "3")]),
            "2": ("solution", []),
            "3": ("decision", [("Yes", "4"), ("No", "3-no")]),
            "4": ("solution", []),
            "3-no": ("escalate", []),
        }
        assert [(note.code, note.node_id) for note in read.notes] == [("answer_added", "3")]

    def test_puts_an_answer_where_it_clearly_belongs_and_drops_the_rest(self) -> None:
        read = flodial.read(json.dumps(chart()))

        assert {node.id: node.help for node in read.graph.nodes if node.help} == {"3": "Push it until it clicks."}

    def test_says_every_fault_of_its_shape(self) -> None:
        with pytest.raises(UnreadableDocument) as refused:
            flodial.read(chart(name="", edges=[]))

        assert {fault["location"][2] for fault in refused.value.members["errors"]} == {"name", "edges"}


class TestImports:
    def test_refuse_text_that_is_not_json_and_objects_that_are_not_text(self) -> None:
        for document, format_ in (("{", "firstline"), ("[]", "firstline"), ({}, "mermaid"), ({}, "dot")):
            with pytest.raises(UnreadableDocument):
                read_flow(document, format_)  # type: ignore[arg-type]  # from a table

    def test_refuse_two_megabytes_and_two_thousand_nodes(self) -> None:
        with pytest.raises(TooLarge):
            read_flow({"name": "x" * 2_200_000}, "firstline")
        with pytest.raises(UnreadableDocument):
            read_flow("digraph { " + ";".join(f"n{number}" for number in range(2_001)) + " }", "dot")

    def test_name_an_untitled_drawing_after_its_first_step(self) -> None:
        assert read_flow("graph TD\n A[Ask] --> B[Done]", "mermaid").name == "Ask"

    def test_refuse_what_cannot_be_stored(self) -> None:
        with pytest.raises(UnreadableDocument):
            read_flow('graph TD\n A["#0; nothing"] --> B', "mermaid")
        with pytest.raises(UnreadableDocument):
            read_flow("graph TD\n A[" + "x" * 4_001 + "]", "mermaid")
