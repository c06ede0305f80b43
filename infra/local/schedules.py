"""Schedules of the template, fired in real time: rate() and cron() as EventBridge Scheduler reads them."""

import json
import logging
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from firstline.clock import now
from infra.local.cron import Cron
from infra.local.environments import Environments, EventTooLargeError, FunctionFailedError, FunctionTimedOutError
from infra.local.place import ACCOUNT, REGION
from infra.local.template import Function, Schedule

_LOG = logging.getLogger(__name__)
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


@dataclass(frozen=True)
class Rate:
    every: timedelta

    def after(self, moment: datetime) -> datetime:
        return moment + self.every


def read(expression: str) -> Rate | Cron:
    """Read a schedule expression; raises ValueError."""
    rate = _RATE.fullmatch(expression.strip())
    if rate:
        return Rate(timedelta(**{f"{rate[2]}s": int(rate[1])}))
    if expression.startswith("cron(") and expression.endswith(")"):
        return Cron.read(expression[5:-1])
    message = f"{expression!r} is no rate() or cron()."
    raise ValueError(message)


def scheduled_event(schedule: Schedule | None, moment: datetime) -> dict[str, Any]:
    """Return what the scheduler hands to its target: the schedule's own input, else its standard event."""
    if schedule is not None and schedule.payload:
        payload: dict[str, Any] = json.loads(schedule.payload)
        return payload
    return {
        "version": "0",
        "source": "aws.scheduler",
        "detail-type": "Scheduled Event",
        "account": ACCOUNT,
        "region": REGION,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{schedule.name if schedule else 'tick'}"],
        "detail": "{}",
    }


class Schedules:
    """One thread per schedule; a rate fires at once and then at its interval, as in the cloud."""

    def __init__(self, functions: Iterable[Function], environments: Environments) -> None:
        self._environments = environments
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(function, schedule), name=schedule.name, daemon=True)
            for function in functions
            for schedule in function.schedules
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ending.set()

    def _run(self, function: Function, schedule: Schedule) -> None:
        when = read(schedule.expression)
        due = now() if isinstance(when, Rate) else when.after(now())
        while not self._ending.wait(max(0.0, (due - now()).total_seconds())):
            try:
                self._environments.invoke(function, scheduled_event(schedule, due))
            except (FunctionFailedError, FunctionTimedOutError, EventTooLargeError) as error:
                if not self._ending.is_set():
                    reason = str(error).partition("\n")[0]
                    _LOG.warning("%s failed on its schedule, the functions' log tells more: %s", function.name, reason)
            due = when.after(due if isinstance(when, Rate) else now())
