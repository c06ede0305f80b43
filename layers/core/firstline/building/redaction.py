"""Removes secrets and personal data before a model sees a text and before it becomes shared knowledge."""

import re
from collections.abc import Callable, Iterable

PASSWORD = "[password]"  # noqa: S105  what stands where a password stood
KEY = "[key]"
CODE = "[code]"
CARD = "[card number]"
ID_NUMBER = "[id number]"
EMAIL = "[e-mail]"
PHONE = "[phone]"

_MIN_CARD, _MAX_CARD = 13, 19
_MIN_PHONE, _MAX_PHONE = 7, 15

_FLAGS = re.IGNORECASE
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL
)
_URL_SIGN_IN = re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
_HEADER = re.compile(r"\b((?:proxy-)?authorization\s*:\s*(?:bearer|basic|digest)?|bearer)\s+[\w.~+/=-]{8,}", _FLAGS)
_KNOWN_KEY = re.compile(
    r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"  # JSON Web Token
    r"|\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"  # AWS access key id
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|sk_live_|pk_live_|rk_live_|whsec_|AIza|ya29\.|SG\.|npm_|hf_)"
    r"[\w.-]{12,}"
    r"|\b\d{6}(?:-\d{6}){7}\b"  # BitLocker recovery key
    r"|\b[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}\b"  # product key
)
# Long runs that mix letters and digits and are no word, file name or path.
_RANDOM = re.compile(r"(?<![\w/\\.-])(?=[A-Za-z+=]*\d)(?=[\d+=]*[A-Za-z])[A-Za-z0-9+=]{32,}(?:[.][\w-]+)*(?![\w/\\])")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", _FLAGS)

_NAMES = (  # what introduces a secret
    r"(?:(?:pass|kenn)\s?(?:word|wort|code|phrase)|passwd|pwd|pw|api[ _-]?key|access[ _-]?key|secret(?:[ _-]?key)?"
    r"|client[ _-]?secret|private[ _-]?key|auth[ _-]?token|access[ _-]?token|token|psk|wi-?fi key|recovery key"
    r"|licen[cs]e key)"
)
_ASSIGNED = re.compile(rf"\b({_NAMES}\s*(?:[:=]|->)\s*)(\"[^\"\n]+\"|'[^'\n]+'|[^\s,;]+)", _FLAGS)
_SAID = re.compile(
    rf"\b({_NAMES}(?:\s+(?:for|of|to|on)(?:\s+[\w.-]+){{1,3}}?)?"
    r"\s+(?:is|was|lautet|ist|equals|changed to|set to|reset to)"
    r"(?:\s+(?:now|currently|still|just))?\s+)(\"[^\"\n]+\"|'[^'\n]+'|[^\s,;]+)",
    _FLAGS,
)
_TYPED = re.compile(r"\b((?:pass\s?word|pwd|pw|passcode)\s+)(?=\S*\d)(?=\S*[A-Za-z])([^\s,;]{6,})", _FLAGS)
_QUOTED = re.compile(rf"\b({_NAMES}\s+)(\"[^\"\n]+\"|“[^”\n]+”|'[^'\n]+')", _FLAGS)
# What follows "the password is" when somebody describes it rather than tells it.
_NO_SECRETS = frozenset(
    re.findall(
        r"\w+",
        """
        a about accepted again also always an any asked at being blank blocked by case changed compromised correct
        current denied different due empty enabled entered entirely exactly expired expiring failing fine for
        forgotten fully gone good greyed hidden in incorrect invalid kept known locked long lost missing needed never
        new no not nothing now of ok okay old on only out probably really refused rejected requested required reset
        right saved set short shown stored stuck supposed synced that the there to too true typed unchanged unknown
        updated valid visible weak what working written wrong
        """,
    )
)

_CODE = re.compile(
    r"\b((?:(?:one[- ]?time|verification|security|authenticat\w+|sms|mfa|2fa|otp|pin|login|sign-?in|confirmation)"
    r"[- ]?(?:pass)?code|otp|pin(?: (?:code|number))?|cvv|cvc|tan)\b\s*(?:is|was|:|=|ist|lautet)?\s*)"
    r"(\d[\d -]{2,10}\d)\b",
    _FLAGS,
)
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[^\W\d_]{2,}", re.UNICODE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_US_ID = re.compile(r"\b(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}\b")
_UK_ID = re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")
_NAMED_ID = re.compile(
    r"\b((?:passport|id card|identity card|national id|national insurance|social security|ssn|driving licen[cs]e"
    r"|driver'?s licen[cs]e|tax|tax id|vat|personnel|employee|insurance|account|customer|member|patient|steuer|nhs)"
    r"\s*(?:id|number|no\.?|nr\.?|#)?\s*(?:is|:|=|#)?\s*)((?=(?:[A-Z-]*\d){3})[A-Z0-9][A-Z0-9-]{4,})\b",
    _FLAGS,
)
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w]|\.\d)")
_PHONE = re.compile(
    r"(?<![\w.:/-])(?:\+|00)[1-9]\d{0,2}[ ./-]?(?:\(0\)[ ]?)?(?:\(?\d{1,5}\)?[ ./-]?){1,5}\d{2,}(?![\w.]\d|\w)"
    r"|(?<![\w.:/-])\(\d{2,5}\)[ ./-]?\d{2,5}(?:[ ./-]?\d{2,5}){1,3}(?![\w.]\d|\w)"
    r"|(?<![\w.:/-])0\d{2,4}[ ./-]\d{3,4}(?:[ ./-]?\d{2,4}){1,2}(?![\w.]\d|\w)"
    r"|(?<![\w.:/-])0[1-9]\d{8,9}(?!\w)"
    r"|(?<![\w.:/-])[2-9]\d{2}[ .-]\d{3}[ .-]\d{4}(?![\w.]\d|\w)"
    r"|(?<![\w.:/-])\d{3}-\d{4}(?![\w.-]\d|\w)"
)
_CALLED = re.compile(
    r"\b((?:phone|mobile|cell|tel|telephone|call(?: (?:her|him|them|me|back))?|reach(?:able)?(?: (?:her|him|them))?"
    r"|extension|ext|dial)\.?(?: (?:number|no\.?|at|on|under|is))*\s*[:#]?\s*)(\+?\d[\d ()/.-]{2,18}\d)\b",
    _FLAGS,
)


def redact(text: str) -> str:
    """Return the text with a placeholder where a secret or personal datum stood; a second time changes nothing."""
    for replace in _STEPS:
        text = replace(text)
    return text


def _always(pattern: re.Pattern[str], placeholder: str) -> Callable[[str], str]:
    return lambda text: pattern.sub(placeholder, text)


def _after_name(pattern: re.Pattern[str], placeholder: str) -> Callable[[str], str]:
    """Replace what a name introduces and keep the name: group 1 stays, group 2 goes unless it is an ordinary word."""
    return lambda text: pattern.sub(lambda found: _named(found, placeholder), text)


def _named(found: re.Match[str], placeholder: str) -> str:
    value = found.group(2).strip("\"'“”.!?…").casefold()
    kept = not value or value in _NO_SECRETS or value.startswith("[")
    return found.group(0) if kept else found.group(1) + placeholder


def _random(text: str) -> str:
    return _RANDOM.sub(lambda found: found.group(0) if _UUID.fullmatch(found.group(0)) else KEY, text)


def _cards(text: str) -> str:
    return _DIGITS.sub(lambda found: CARD if luhn(_digits(found.group(0))) else found.group(0), text)


def _ibans(text: str) -> str:
    return _IBAN.sub(lambda found: ID_NUMBER if _iban(found.group(0)) else found.group(0), text)


def _phones(text: str) -> str:
    return _PHONE.sub(lambda found: PHONE if _is_phone(found.group(0)) else found.group(0), text)


def _is_phone(text: str) -> bool:
    return _MIN_PHONE <= len(_digits(text)) <= _MAX_PHONE


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def luhn(digits: str) -> bool:
    """Tell whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    if not _MIN_CARD <= len(digits) <= _MAX_CARD or len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """Tell whether the check digits are right (ISO 13616, modulo 97)."""
    compact = text.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


_STEPS: Iterable[Callable[[str], str]] = (
    _always(_PRIVATE_KEY, KEY),
    _always(_URL_SIGN_IN, PASSWORD),
    lambda text: _HEADER.sub(rf"\1 {KEY}", text),
    _always(_KNOWN_KEY, KEY),
    _after_name(_ASSIGNED, PASSWORD),
    _after_name(_SAID, PASSWORD),
    _after_name(_QUOTED, PASSWORD),
    _after_name(_TYPED, PASSWORD),
    _random,
    _always(_EMAIL, EMAIL),
    _after_name(_CODE, CODE),
    _ibans,
    _cards,
    _always(_US_ID, ID_NUMBER),
    _always(_UK_ID, ID_NUMBER),
    _after_name(_NAMED_ID, ID_NUMBER),
    _after_name(_CALLED, PHONE),
    _phones,
)
