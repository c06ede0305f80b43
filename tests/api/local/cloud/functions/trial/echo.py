"""Answers the event it was given, and where it ran."""

import json
import os
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    seen = {
        "event": event,
        "stage": os.environ["STAGE"],
        "chip": os.environ["CHIP"],
        "pid": os.getpid(),
        "function": context.function_name,
        "request_id": context.aws_request_id,
        "remaining": context.get_remaining_time_in_millis(),
        "memory": context.memory_limit_in_mb,
    }
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}
