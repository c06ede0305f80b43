"""Answers what the request's body says, after sleeping or raising as it asks."""

import json
import os
import time
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> Any:
    wanted = json.loads(event["body"])
    if "raise" in wanted:
        raise RuntimeError(wanted["raise"])
    if "exit" in wanted:
        os._exit(wanted["exit"])
    time.sleep(wanted.get("sleep", 0))
    if wanted.get("unspeakable"):
        return {"statusCode": 200, "body": object()}
    if wanted.get("stage"):
        return {"stage": os.environ["STAGE"], "pid": os.getpid()}
    return wanted["answer"]
