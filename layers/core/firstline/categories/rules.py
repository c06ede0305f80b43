"""The ten kinds of problem Firstline may build for, and the keyword table that recognises them without a model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType


class Category(StrEnum):
    """The one list of categories: an account enables some of them, a classifier answers one of them or none."""

    PASSWORD_RESET = "password_reset"  # noqa: S105  a category's name
    ACCOUNT_LOCKOUT = "account_lockout"
    PRINTER = "printer"
    EMAIL_OUTLOOK_CLIENT = "email_outlook_client"
    WIFI_NETWORK_BASICS = "wifi_network_basics"
    VPN_CONNECT = "vpn_connect"
    TEAMS_ZOOM_AV = "teams_zoom_av"
    BROWSER_CACHE_COOKIES = "browser_cache_cookies"
    PERIPHERAL_RECONNECT = "peripheral_reconnect"
    OS_RESTART_UPDATE = "os_restart_update"

    @property
    def display_name(self) -> str:
        return DISPLAY_NAMES[self]


DISPLAY_NAMES: Mapping[Category, str] = MappingProxyType(
    {
        Category.PASSWORD_RESET: "Password reset",
        Category.ACCOUNT_LOCKOUT: "Account lockout",
        Category.PRINTER: "Printer",
        Category.EMAIL_OUTLOOK_CLIENT: "E-mail and Outlook",
        Category.WIFI_NETWORK_BASICS: "Wi-Fi and network basics",
        Category.VPN_CONNECT: "VPN connection",
        Category.TEAMS_ZOOM_AV: "Sound and picture in Teams and Zoom",
        Category.BROWSER_CACHE_COOKIES: "Browser, cache and cookies",
        Category.PERIPHERAL_RECONNECT: "Reconnecting a peripheral",
        Category.OS_RESTART_UPDATE: "Restart and system update",
    }
)


@dataclass(frozen=True, slots=True)
class Keywords:
    """Words that speak for a category; `*` stands for any ending. `sure` words suffice alone, two `likely` ones do."""

    sure: Sequence[str]
    likely: Sequence[str]


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in listed.split(","))


SURE = 3
LIKELY = 2
ENOUGH = 3

KEYWORDS: Mapping[Category, Keywords] = MappingProxyType(
    {
        Category.PASSWORD_RESET: Keywords(
            sure=_phrases(
                """
                forgot* password, forgot* my password, forgot* his password, forgot* her password, forgotten
                password, reset password, reset* my password, reset* the password, reset* his password, reset* her
                password, reset* their password, password reset, password expired, password has expired, expired
                password, change* my password, new password, remember* password, remember* my password
                """
            ),
            likely=_phrases("password*, passcode, expire*, self service, credentials, forgot*, pwd"),
        ),
        Category.ACCOUNT_LOCKOUT: Keywords(
            sure=_phrases(
                """
                locked out, lock* out, lockout, account locked, account is locked, account has been locked, account
                was locked, locked account, too many attempts, too many sign in attempts, too many failed, unlock
                account, unlock my account, account disabled
                """
            ),
            likely=_phrases("locked, unlock*, attempts, sign in, log in, login, account"),
        ),
        Category.PRINTER: Keywords(
            sure=_phrases(
                """
                printer*, paper jam*, toner, print queue, print job*, wont print, not printing, cannot print, cant
                print, spooler
                """
            ),
            likely=_phrases("print, prints, printing, printed, printout*, paper, tray, cartridge*, scan*, ink"),
        ),
        Category.EMAIL_OUTLOOK_CLIENT: Keywords(
            sure=_phrases("outlook, mailbox, outbox, owa, pst, ost, calendar invite*, shared mailbox"),
            likely=_phrases("email*, e mail*, mail*, inbox, calendar, attachment*, signature, send, receive"),
        ),
        Category.WIFI_NETWORK_BASICS: Keywords(
            sure=_phrases(
                """
                wifi, wi fi, wireless network, no internet, internet is down, internet down, internet is slow, slow
                internet, no network, network cable, ethernet, wlan, hotspot, ssid, network drops
                """
            ),
            likely=_phrases("internet, network, router, wireless, offline, cable, connection, signal, lan, online"),
        ),
        Category.VPN_CONNECT: Keywords(
            sure=_phrases(
                """
                vpn, anyconnect, globalprotect, global protect, forticlient, openvpn, wireguard, remote access
                client, zscaler, pulse secure
                """
            ),
            likely=_phrases("tunnel, remote access, from home, home office, work remotely, gateway"),
        ),
        Category.TEAMS_ZOOM_AV: Keywords(
            sure=_phrases(
                """
                teams meeting*, teams call*, zoom*, webex, microphone, webcam, share my screen, screen sharing,
                google meet, cant hear me, cannot hear me, hear each other, video call*, teams audio, no sound in
                """
            ),
            likely=_phrases("teams, mic, camera, meeting*, hear, audio, sound, mute*, speaker*, headset, echo*"),
        ),
        Category.BROWSER_CACHE_COOKIES: Keywords(
            sure=_phrases(
                """
                browser*, cookie*, cache, cached, chrome, firefox, safari, website*, web site*, web page*, webpage*,
                pop up blocker, private window, incognito
                """
            ),
            likely=_phrases("edge, page*, portal, site*, url, tab, tabs, extension*, load*, pop up*, redirect*"),
        ),
        Category.PERIPHERAL_RECONNECT: Keywords(
            sure=_phrases(
                """
                mouse, keyboard*, docking station, dock, monitor*, second screen, external screen, external display,
                usb, trackpad, touchpad, dongle, hdmi, displayport, card reader
                """
            ),
            likely=_phrases("bluetooth, headset, plug*, unplug*, screen*, display*, pair*, webcam, adapter, cursor"),
        ),
        Category.OS_RESTART_UPDATE: Keywords(
            sure=_phrases(
                """
                windows update*, macos update*, system update*, software update*, update* stuck, pending restart,
                blue screen*, bsod, keeps restarting, keeps rebooting, wont restart, wont boot, wont start up, wont
                shut down, reboot loop, computer is slow, laptop is slow, pc is slow, computer freezes
                """
            ),
            likely=_phrases(
                """
                update*, restart*, reboot*, windows, macos, boot*, slow, freez*, frozen, hang*, shut down, computer,
                laptop
                """
            ),
        ),
    }
)


def classify_by_keywords(text: str) -> Category | None:
    """Return the category whose words speak most for the text; None where too little does, or two do equally."""
    words = _words(text)
    scores = {category: _score(words, category) for category in Category}
    best = max(scores.values())
    winners = [category for category, score in scores.items() if score == best]
    return winners[0] if best >= ENOUGH and len(winners) == 1 else None


def _score(words: str, category: Category) -> int:
    sure, likely = _patterns(category)
    return SURE * len(set(sure.findall(words))) + LIKELY * len(set(likely.findall(words)))


@cache
def _patterns(category: Category) -> tuple[re.Pattern[str], re.Pattern[str]]:
    keywords = KEYWORDS[category]
    return _pattern(keywords.sure), _pattern(keywords.likely)


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(phrase.replace("*", r"\w*") for phrase in longest_first) + r")\b")


def _words(text: str) -> str:
    without_apostrophes = re.sub(r"['’]", "", text.casefold())
    return " ".join(re.findall(r"\w+", without_apostrophes))
