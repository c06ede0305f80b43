"""Tell a reply that asks for help, or says that the caller cannot know, from a reply that answers."""

import re

_WH = r"(?:how|what|where|which|why|when)"
_WHO = r"(?:i|we|you|one|he|she|they)"
_BE = r"(?:do|does|did|is|are|am|was|were|can|could|should|would|will)"
_LOOK = (
    r"(?:check|tell|see|know|find|do|test|look|locate|measure|verify|determine|confirm|get|go|inspect|recogni[sz]e|identify|"
    r"use|open|access|view|read|spot|figure)"
)
_TEACH = (
    r"(?:tell|explain|show|help|guide|walk|describe|let me know|clarify|suggest|remind|repeat|elaborate|give|teach|"
    r"point me)"
)
_IGNORANT = (
    rf"(?:{_BE} not (?:\w+ ){{0,2}}?(?:know|understand|get|sure|certain|aware|familiar|follow|clear|heard|remember|"
    r"knowledgeable)|not (?:really |quite |too |very |entirely )?(?:sure|certain|aware|familiar|clear|knowledgeable)|"
    r"no (?:idea|clue)|unsure|unfamiliar|confused|clueless|would (?:like|love|want) to know|wonder(?:ing)?)"
)
_BETWEEN = r"(?:of|about|on|with|as to|even|at all|exactly|really|any|the|a|me|i|is)"
_METHOD = r"(?:methods?|ways?|steps?|process|procedure|terms?|meaning|task|reason|it means|you mean)"
_THAT = r"(?:it|that|this|those|them|these|one)"

_HELP = tuple(
    re.compile(pattern)
    for pattern in (
        # questions: how do I check, what is that, where do I look, why does it matter
        rf"\bhow (?:do|can|could|should|would|am|to|will|might) (?:{_WHO} )?(?:\w+ ){{0,2}}?{_LOOK}\b",
        rf"\b{_WH}\b(?: exactly| else)? (?:{_BE}|to|come|about|steps?|way|kind|button|menu|long)\b[^.]*\?",
        rf"(?:^|[.!,?] ?)(?:and |but |so |ok |okay |sorry |well )*{_WH}\b[^.]*\?",
        r"\bwhat (?:do|does|did|would|should) (?:you|that|this|it|i)\b[^.]*\?",
        r"\bwhat (?:do|does) (?:\w+ ){1,5}mean\b|\bmeaning of\b|^\W*what (?:is|are) (?:that|this|those|it|a|an)\b",
        r"^\W*(?:where|what|which) (?:is|are) (?!wrong|missing|left|happening)\w+",
        rf"^\W*(?:where (?:do|can|could|should|would|is|are|to)|why (?:{_BE}|my|the)|how to) \w+",
        r"\b(?:is|are) there (?:\w+ ){0,2}?(?:way|method|trick|steps?|tool|instructions?)\b.*\b(?:to|for|of)\b.*\?",
        r"^\W*(?:huh|what|how|where|why|which one|pardon|sorry|come again)\W*\?+\W*$|\bsay that again\b",
        # requests: can you explain, please show me, I need help with that
        rf"\b(?:can|could|would|will) (?:you|u|someone|somebody) (?:please |kindly )?{_TEACH}\b",
        rf"\b(?:please|pls|kindly) (?:\w+ )?{_TEACH}\b",
        rf"\b(?:tell|show|teach|guide|walk) (?:me|us) (?:\w+ ){{0,2}}?(?:{_WH}|through|the (?:way|steps|meaning))\b",
        rf"\b(?:explain|describe|clarify) (?:\w+ ){{0,2}}?(?:{_WH}|that|this|it|the)\b",
        r"\b(?:need|want|could use) (?:some |a little |more |your )?(?:help|guidance|instructions?|directions?)\b",
        r"\bneed (?:you )?to (?:explain|show|tell|walk|guide)\b",
        # not knowing how, what or where, which asks without asking
        rf"\b{_IGNORANT}(?: {_BETWEEN})*[ ,]+(?:\w+ ){{0,2}}?(?:how|what|where|which)\b",
        rf"\b{_IGNORANT} why (?:you|we|that|(?:an?|the|my) \w+ (?:would|should|is|are))\b",
        rf"\b{_IGNORANT}(?: \w+){{0,2}}? (?:{_METHOD}|of {_THAT})\b",
        rf"\b{_IGNORANT}\W*(?:with|about) (?:\w+ )?(?:{_THAT}|checking|testing|doing)\b",
        r"\b(?:never|not) heard (?:of|about)\b|\bunfamiliar\b|\bconfused\b|\b(?:do|does|did) not (?:\w+ )?understand\b",
        r"\bnever (?:checked|done|tried|used|tested|looked|seen|measured)\b.*\b(?:help|tell|how|explain|show)\b",
    )
)

_NEXT = re.compile(
    r"\b(?:so |and )?what (?:now|next|is next|comes next|(?:do|should|shall|must) (?:i|we) do(?: now| next)?)\b"
)

_UNSURE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:do|does|did|would|could|can) not (?:really |actually |even |quite )?(?:know|tell|say|remember|recall)\b",
        r"\bnot (?:really |quite |too |very |entirely |100 |totally |completely |so )?(?:sure|certain)\b",
        r"\bno (?:idea|clue)\b|\bunsure\b|\buncertain\b|\bwho knows\b|\bbeats me\b|\b(?:idk|dunno|i forgot|i forget)\b",
        r"\b(?:hard|hardly|impossible|unable|not able|no way) (?:to |of |)(?:say|tell|know|check|tell\w*|know\w*)\b",
        rf"\bcan not (?:check|verify|test) {_THAT}\b|\bcould be either\b|\bnever (?:noticed|paid attention)\b",
        r"\bi am (?:at a loss|lost|stumped)\b",
    )
)

_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|possibly|may be|could be|might be|supposedly|depends|more or less|if i remember|yes and no|"
    r"let me (?:check|see|look)|one moment|hold on|just a (?:second|minute|moment)|will (?:check|try|look)|"
    r"(?:wait|actually) (?:no|yes)|either way|sometimes yes|yes or no)\b",
)


def asks_for_help(text: str) -> bool:
    """Tell whether normalised text asks how, where or why to look, or what the question means."""
    asked = _NEXT.sub("", text)  # whoever asks what comes next has answered
    return any(pattern.search(asked) for pattern in _HELP)


def is_unsure(text: str) -> bool:
    """Tell whether normalised text says that the caller does not or cannot know."""
    return any(pattern.search(text) for pattern in _UNSURE)


def is_hedged(text: str) -> bool:
    """Tell whether normalised text leaves its answer half open, or puts it off."""
    return bool(_HEDGE.search(text))
