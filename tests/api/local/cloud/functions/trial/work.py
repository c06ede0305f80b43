"""Handles records: those that say `fail` fail, and every delivery is noted in a file the message names."""

import json
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    if "Records" not in event:
        return {"scheduled": event["source"]}
    failures = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        with Path(body["notes"]).open("a") as notes:
            notes.write(json.dumps({"name": body["name"], "batch": len(event["Records"])}) + "\n")
        if body.get("fail"):
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
