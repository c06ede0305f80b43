"""The six fields of an AWS cron expression: minutes, hours, day of month, month, day of week, year; in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = 6
_HORIZON = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    years: frozenset[int]

    @classmethod
    def read(cls, text: str) -> "Cron":
        """Read the fields; raises ValueError for what this machine does not know (L, W and #)."""
        fields = text.upper().split()
        if len(fields) != _FIELDS:
            message = f"cron({text}) needs six fields."
            raise ValueError(message)
        minutes, hours, days, months, weekdays, years = fields
        return cls(
            minutes=_values(minutes, 0, 59),
            hours=_values(hours, 0, 23),
            days=None if days == "?" else _values(days, 1, 31),
            months=_values(months, 1, 12, _MONTHS, first=1),
            weekdays=None if weekdays == "?" else _values(weekdays, 1, 7, _DAYS, first=1),
            years=_values(years, 1970, 2199),
        )

    def after(self, moment: datetime) -> datetime:
        """Return the first moment of the expression later than `moment`; raises ValueError where there is none."""
        day = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        latest = day + _HORIZON
        start = day.hour * 60 + day.minute
        while day < latest:
            if self._on(day):
                times = sorted(h * 60 + m for h in self.hours for m in self.minutes if h * 60 + m >= start)
                if times:
                    return day.replace(hour=times[0] // 60, minute=times[0] % 60)
            day = day.replace(hour=0, minute=0) + timedelta(days=1)
            start = 0
        message = "The cron expression names no moment in the next five years."
        raise ValueError(message)

    def _on(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1  # Sunday is 1
        return (
            day.year in self.years
            and day.month in self.months
            and (self.days is None or day.day in self.days)
            and (self.weekdays is None or weekday in self.weekdays)
        )


def _values(field: str, low: int, high: int, names: tuple[str, ...] = (), *, first: int = 0) -> frozenset[int]:
    def number(text: str) -> int:
        value = names.index(text) + first if text in names else int(text)
        if not low <= value <= high:
            message = f"{text} is not between {low} and {high}."
            raise ValueError(message)
        return value

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            start, end = low, high
        elif "-" in span:
            start, end = (number(end) for end in span.split("-", 1))
        else:
            start = number(span)
            end = high if step else start
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)
