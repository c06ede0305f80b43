"""How long an intake takes in a large library, beside fetching one row through the same gateway.

    python -m tests.bench.intake_scale [--flows 10000] [--calls 120] [--json FILE]

By words alone and with the bundled encoder, each in a cloud of its own, turn by turn with the plain door. Callers name
the problem as the flow does and then tell their story; some are led to the flow, others to the building of a new one,
and both are timed. The flows they mean are encoded; the vectors of the others are put together from those of single
words, for encoding the library takes minutes. What encoding an intake takes is shown apart.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from firstline.db.models import FlowMatchDocument
from firstline.matching.documents import describe_flow
from firstline.matching.encoder import BundledEncoder, Embedder
from firstline.matching.vectors import FlowVectors, flow_vectors, intake_vectors
from infra.local.testing import LocalCloud
from tests.bench.matching_scale import Bench, Loaded, spread, timed

TOLD = 120  # different calls
_FILL = """UPDATE flow_match_documents flow SET vectors = made.vectors, vectors_model = :model
    FROM unnest(CAST(:subjects AS uuid[]), CAST(:vectors AS bytea[])) AS made (subject_id, vectors)
    WHERE flow.account_id = :account AND flow.subject_id = made.subject_id"""
_ROWS_AT_ONCE = 500


def doors(loaded: Loaded, calls: int) -> dict[str, Any]:
    """Time intakes, told again and again in turn, each beside fetching one row by its key."""
    tech = loaded.account.as_("l1_tech")
    asked = {"problem_statement": "an intake to fetch", "adhoc": True}
    walk = tech.post("/v1/l1/intake", asked).body["session_id"]
    fetch = partial(tech.get, f"/v1/l1/sessions/{walk}")
    told = [partial(tech.post, "/v1/l1/intake", {"problem_statement": text}) for text in _told(loaded)]
    outcomes = [tell().body["outcome"] for tell in told]
    times: dict[str, list[float]] = {"fetch": [], "intake": []}
    for tell, outcome in islice(cycle(zip(told, outcomes, strict=True)), calls):
        times["fetch"].append(timed(fetch)[0])
        took = timed(tell)[0]
        times["intake"].append(took)
        times.setdefault(outcome, []).append(took)
    spreads = {name: spread(each) for name, each in times.items()}
    return {
        "outcomes": Counter(outcomes),
        "times": spreads,
        "ratio": {at: round(took / spreads["fetch"][at], 2) for at, took in spreads["intake"].items()},
    }


def fill_vectors(loaded: Loaded, embedder: Embedder) -> None:
    rows = loaded.account.rows(FlowMatchDocument)
    surfaces = sorted({claim[1] for row in rows for claim in row.document["claims"]})
    known = dict(zip(surfaces, (each.whole for each in embedder.encode(surfaces)), strict=True))
    meant = _encoded(loaded, embedder)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        few = rows[start : start + _ROWS_AT_ONCE]
        vectors = [
            meant.get(row.subject_id)
            or _put_together([known[claim[1]] for claim in row.document["claims"]], embedder.name)
            for row in few
        ]
        subjects = [row.subject_id for row in few]
        loaded.account.execute(_FILL, model=embedder.name, subjects=subjects, vectors=vectors)


def _encoded(loaded: Loaded, embedder: Embedder) -> dict[UUID, bytes]:
    flows, found = dict(zip(loaded.ids, loaded.flows, strict=True)), {}
    for right in {call.right for call in loaded.calls}:
        flow = flows[right]
        document = describe_flow(
            flow_id=str(right), name=flow.name, description=flow.description, keywords=flow.keywords
        )
        found[right] = flow_vectors(embedder, document.texts).to_bytes()
    return found


def encoding(loaded: Loaded, embedder: Embedder) -> dict[str, float]:
    texts = _told(loaded)
    intake_vectors(embedder, texts[0])
    return spread([timed(partial(intake_vectors, embedder, text))[0] for text in texts])


def _told(loaded: Loaded) -> list[str]:
    names = dict(zip(loaded.ids, (flow.name for flow in loaded.flows), strict=True))
    return [f"{names[call.right]}. {call.text}" for call in loaded.calls]


def _put_together(words: Sequence[Any], model: str) -> bytes:
    whole = np.mean(words, axis=0)
    whole /= max(float(np.linalg.norm(whole)), 1e-9)
    return FlowVectors(model, np.stack([whole, whole, *words])).to_bytes()


def _measured(size: int, calls: int, embedder: Embedder | None) -> dict[str, Any]:
    with LocalCloud(settings={"FIRSTLINE_EMBEDDER": "none" if embedder is None else "bundled"}) as cloud:
        bench = Bench(cloud)
        loaded = bench.load(size, TOLD)
        found: dict[str, Any] = {}
        if embedder is not None:
            fill_vectors(loaded, embedder)
            found["encoding"] = encoding(loaded, embedder)
        bench.settle()
        found |= doors(loaded, calls)
        bench.close()
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=120)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    ways: dict[str, Callable[[], Embedder | None]] = {"words": lambda: None, "bundled": BundledEncoder}
    found = {}
    for name, make in ways.items():
        found[name] = _measured(options.flows, options.calls, make())
        print(f"{name}: {json.dumps(found[name])}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
