"""Turns of speech and the single word that stands for them, so that what follows reads words only."""

import re
from functools import cache

_UNITS = "years?|months?|weeks?|days?|hours?|minutes?|seconds?|percent|degrees?|bars?|lines?"
_TROUBLE = (
    "(?:problems?|issues?|trouble|difficult(?:y|ies)|hiccups?|complaints?)(?: (?:at all|whatsoever|with it|with that))?"
)
_SPAN = (
    r"(?:a )?(?:few |several |many |couple of |quite some |very |\w+ )?(?:long time|long|ages|years?|months)(?: old)?"
)
_REPORTER = "(?:caller|customer|client|user|colleague|he|she|they)"
_REPORTS = (
    "says?|said|confirm(?:s|ed)?|reports?|reported|tells? me|told me|thinks?|answer(?:s|ed)?|claims?|repl(?:ies|ied)"
)
_ITSELF = "(?:itself |it |them )?"
_TURNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "always",
        ("all (?:of )?the time", "at all times", "every ?time", "all day(?: long)?", "non-?stop", "day and night"),
    ),
    (
        "sometimes",
        ("some of the time", "now and then", "at times", "on and off", "from time to time", "once in a while"),
    ),
    ("sometimes", ("every so often", "every now and again")),
    ("shutdown", (f"(?:turn|switch|power|shut)(?:s|es|ed|ing|ting)? {_ITSELF}(?:off|down)",)),
    (
        "poweron",
        (
            f"(?:turn|switch|power|come|came|coming|go|goe)(?:s|es|ed|ing)? {_ITSELF}on",
            "(?:power|light)(?:s|ed|ing)? up",
        ),
    ),
    ("drain", ("(?:run|runs|running|ran|drains?) (?:down|out)",)),
    ("break", ("(?:break|breaks|broke|broken|breaking) down",)),
    ("slow", ("slow(?:s|ed|ing)? down",)),
    ("when", ("as soon as", "each time", "by the time", "in case(?: of)?", "provided")),
    ("everything is fine", ("nothing (?:is |was |seems |looks )?(?:to be )?(?:the matter|wrong|amiss)",)),
    (
        "fine",
        (f"(?:with ?out|no|not any|zero|have not had|do not have) (?:any |an |a |real |further )?{_TROUBLE}",),
    ),
    ("than before", ("than (?:usual|normal|usually|expected|always)",)),
    ("not", ("no longer", "not anymore")),
    (
        "low",
        (
            "(?:hardly|barely|scarcely|almost no|next to no) any",
            "almost no",
            "(?:nearly|almost) (?:out|empty)",
            "running (?:out|low)",
            "very little",
        ),
    ),
    ("lacking", (r"(?<!ing )(?<!come )(?<!comes )(?<!came )(?<!get )(?<!\d )out of",)),
    ("1 ", (f"one (?={_UNITS})",)),
    ("alone", ("(?:just|only) (?:me|mine|this one|the one|us|one)", "(?:the|my|our) only (?:one|person|user)?")),
    ("never before", ("(?:the |my |our )?(?:very )?first time",)),
    (
        "unchanged",
        (
            "(?:makes?|made|no) (?:no |any )?(?:difference|change|improvement) ?(?:at all)?$",
            "(?:made|makes|make) no difference",
            "no (?:better|improvement)",
            "nothing (?:has |have )?changed",
            "(?:has|have|did) not (?:changed?|gone away|go away|improved?|helped?|help)",
            "(?:still|exactly|much|just) the same$",
            "same as (?:before|ever|always|earlier)",
            "still (?:there|here|happens|happening|not)",
            "persist(?:s|ed)?",
        ),
    ),
    ("also", ("as well(?: as)?", "not only")),
    (
        "otherwise_one",
        (
            "(?:another|other|different) one",
            "(?:something|someone|somebody|somewhere) else",
            "(?:a|some|totally|completely) different",
        ),
    ),
    (
        "recently",
        (
            "(?:days?|hours?|minutes?|seconds?|weeks?|moments?|short while) ago",
            "last (?:week|night|evening|weekend|monday|tuesday|wednesday|thursday|friday)",
            "this (?:morning|week|afternoon)",
            "the other day|yesterday|earlier today|just now",
        ),
    ),
    (
        "longago",
        (
            "(?:years?|months|ages|decades|long time|quite a while) ago|long ago",
            f"(?:for|in|over) (?:the (?:last|past) )?{_SPAN}",
        ),
    ),
    ("hardly", (r"(?:hard|difficult|tough|impossible|struggl\w+) to",)),
    ("", ("so (?:it|that) is not (?:that|it|the (?:problem|cause|issue|reason))",)),
    ("", (f"(?:the |my )?{_REPORTER} (?:{_REPORTS})(?: to me)?(?: that)?[,:]?(?= )",)),
    ("wifi", ("wi[- ]fi", "wlan")),
    ("email", ("e-mails?", "mails?")),
    ("login", ("(?:log|sign)(?:s|ged|ging|ed|ing)? ?(?:back )?in(?:to)?",)),
    ("certainly", ("no doubt", "without (?:a )?doubt", "no question")),
)


def plain_words(text: str) -> str:
    """Return lower-case text with its turns of speech replaced."""
    for pattern, word in _patterns():
        text = pattern.sub(word, text)
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"\b(?:{'|'.join(alternatives)})\b"), word) for word, alternatives in _TURNS)
