"""How long an intake takes that a flow of a large library resolves, beside fetching one row through the same gateway.

    python -m tests.bench.intake_scale [--flows 10000] [--calls 120] [--json FILE]

By words alone and with the bundled encoder, each in a cloud of its own, turn by turn with the plain door. Callers name
the problem as the flow does and then tell their story. The stored vectors are put together from those of single words,
for encoding the library itself takes minutes; what encoding an intake takes is shown apart.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from firstline.db.models import FlowMatchDocument
from firstline.matching.encoder import BundledEncoder, Embedder
from firstline.matching.vectors import FlowVectors, intake_vectors
from infra.local.testing import LocalCloud
from tests.bench.matching_scale import Bench, Loaded, spread, timed

TOLD = 120  # calls of which those that match are timed
_FILL = """UPDATE flow_match_documents flow SET vectors = made.vectors, vectors_model = :model
    FROM unnest(CAST(:subjects AS uuid[]), CAST(:vectors AS bytea[])) AS made (subject_id, vectors)
    WHERE flow.account_id = :account AND flow.subject_id = made.subject_id"""
_ROWS_AT_ONCE = 500


def doors(loaded: Loaded, calls: int) -> dict[str, Any]:
    """Time intakes that match, told again and again in turn, each beside fetching one row by its key."""
    tech = loaded.account.as_("l1_tech")
    asked = {"problem_statement": "an intake to fetch", "adhoc": True}
    walk = tech.post("/v1/l1/intake", asked).body["session_id"]
    fetch = partial(tech.get, f"/v1/l1/sessions/{walk}")
    told = [partial(tech.post, "/v1/l1/intake", {"problem_statement": text}) for text in _told(loaded)]
    matched = [tell for tell in told if tell().body["outcome"] == "matched"]
    times: dict[str, list[float]] = {"fetch": [], "matched": []}
    for tell in islice(cycle(matched), calls):
        times["fetch"].append(timed(fetch)[0])
        times["matched"].append(timed(tell)[0])
    spreads = {name: spread(each) for name, each in times.items()}
    return {
        "told": len(told),
        "matched": len(matched),
        "times": spreads,
        "ratio": {at: round(took / spreads["fetch"][at], 2) for at, took in spreads["matched"].items()},
    }


def fill_vectors(loaded: Loaded, embedder: Embedder) -> None:
    rows = loaded.account.rows(FlowMatchDocument)
    surfaces = sorted({claim[1] for row in rows for claim in row.document["claims"]})
    known = dict(zip(surfaces, (each.whole for each in embedder.encode(surfaces)), strict=True))
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        few = rows[start : start + _ROWS_AT_ONCE]
        vectors = [_put_together([known[claim[1]] for claim in row.document["claims"]], embedder.name) for row in few]
        subjects = [row.subject_id for row in few]
        loaded.account.execute(_FILL, model=embedder.name, subjects=subjects, vectors=vectors)


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
