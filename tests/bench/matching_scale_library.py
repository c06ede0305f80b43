"""A made-up library of flows as large as wanted, and calls that mean one of them in other words; seeded.

A flow is a product, a symptom and a circumstance, no two alike. Products and symptoms are drawn by Zipf's law, so that
some words stand in thousands of flows; after the well-known products come invented ones. Each symptom and each
circumstance has several wordings: the flow is written in one, its description in another, the call in a third.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

_PRODUCTS = """
    Outlook; Teams; Windows; Excel; OneDrive; SharePoint; Word; Chrome; Edge; Zoom; Acrobat; the VPN; the printer;
    the laptop; the docking station; the monitor; the scanner; the headset; the webcam; the phone; the mouse;
    the keyboard; the projector; the tablet; the copier; the plotter; the label printer; the barcode scanner;
    the card reader; the time clock; Salesforce; Slack; Dropbox; QuickBooks; AutoCAD; Revit; SolidWorks; SAP; Citrix;
    VMware; FortiClient; AnyConnect; GlobalProtect; WireGuard; Intune; Okta; Duo; Bitwarden; LastPass; Webex; Miro;
    Figma; Photoshop; Illustrator; InDesign; Premiere; Tableau; Power BI; Access; Visio; Project; OneNote; Planner;
    Dynamics; NetSuite; Xero; Sage; DATEV; Zendesk; Jira; Confluence; GitHub; Bitbucket; Jenkins; Docker; PuTTY;
    FileZilla; Notepad; Firefox; Safari; Opera; Thunderbird; Lotus Notes; Exchange; Skype; GoToMeeting; TeamViewer;
    AnyDesk; Splashtop; ScreenConnect; Veeam; Acronis; Backblaze; Carbonite; Synology; QNAP; UniFi; Meraki; Aruba;
    SonicWall; WatchGuard; pfSense; Sophos; Defender; CrowdStrike; SentinelOne; Malwarebytes; BitLocker; FileVault;
    AirPrint; AirDrop; FaceTime; iCloud; iTunes; Keynote; Numbers; Pages; Minitab; MATLAB; SPSS; Stata; EndNote; Zotero
"""
_SYMPTOMS = """
    will not start | does not open | refuses to launch
    crashes | closes by itself | quits without warning
    freezes | hangs | stops responding
    is very slow | lags | takes forever
    asks for the password again and again | keeps prompting for credentials | wants the passcode every few minutes
    cannot sign in | login fails | will not let me log on
    shows a black screen | the display stays dark | nothing on the monitor but black
    does not print | printing fails | no pages come out
    has no sound | audio is missing | I hear nothing
    microphone is not picked up | the mic is dead | nobody hears me
    camera is not found | the webcam is missing | no video from the camera
    cannot connect | no connection is made | unable to reach it
    drops the connection | disconnects all the time | gets cut off
    does not sync | files are not synchronised | syncing is stuck
    cannot send mail | outgoing messages are stuck | e-mail stays in the outbox
    does not receive mail | no new messages arrive | incoming e-mail is missing
    search finds nothing | searching returns no results | the search box is empty handed
    update fails | the upgrade will not install | patching ends in an error
    installation fails | setup aborts | cannot be installed
    licence has expired | subscription is not recognised | says it is unlicensed
    lost settings | preferences are reset | configuration is gone
    shows the wrong language | the text is in a foreign language | everything is in another language
    fonts are too small | the letters are tiny | text can hardly be read
    overheats | gets too hot | is burning hot
    battery drains quickly | the charge does not last | battery is empty after an hour
    does not charge | charging does nothing | the battery is not being charged
    is not recognised | is not detected | the computer does not see it
    makes a loud noise | the fan is noisy | rattling sound
    cannot save files | saving is refused | documents are not stored
    attachment does not open | attached file is blocked | cannot view the attachment
    file is locked by another user | document is read only | somebody else has it open
    calendar is missing | appointments vanished | meetings are not shown
    contacts are gone | the address book is empty | people are missing from the directory
    shared mailbox is not visible | the team inbox disappeared | cannot see the group mailbox
    macro is blocked | scripts are disabled | automation is refused
    certificate is not trusted | security warning about the certificate | says the certificate expired
    page does not load | the site stays blank | website will not come up
    pop-up is blocked | the second window never appears | a new window is suppressed
    download does not finish | downloading stops half way | the transfer never completes
    storage is full | no space left | the quota is exceeded
    account is locked | locked out after too many attempts | says the user is disabled
    second factor code never arrives | no MFA prompt | two-factor authentication does not come
    flickers | the picture jumps | display blinks
    colours are wrong | everything looks green | the tint is off
    paper jams | paper is stuck | the sheet got caught
    prints blank pages | sheets come out empty | white paper only
    prints garbage | strange characters on paper | gibberish on the page
    touch does not react | tapping does nothing | the touchscreen is dead
    keys are stuck | typing repeats letters | a key does not work
    pointer jumps | the cursor moves by itself | mouse goes everywhere
    backup failed | nothing was backed up | the nightly copy is missing
    restore fails | cannot bring back the data | recovery does not work
    import fails | data cannot be loaded | reading the file in goes wrong
    export fails | cannot write a report | nothing is exported
    report is empty | figures are missing | the table has no rows
    time is wrong | clock is off by an hour | shows yesterday
    notification is missing | no alerts appear | I am never notified
    signature is missing | footer is not added | my name is not under the mail
    shortcut disappeared | icon is gone from the desktop | cannot find the icon
    screen sharing fails | others see a blank screen | presenting does not work
"""
_CIRCUMSTANCES = """
    on Windows 11 | since Windows 11 | under Win 11
    on macOS | on a Mac | on my MacBook
    on iPhone | on iOS | on my iPhone
    on Android | on an Android phone | with Android
    on Citrix | in the Citrix session | through Citrix
    on the terminal server | in the remote desktop session | over RDP
    over the VPN | when the tunnel is up | connected by VPN
    over Wi-Fi | on the wireless network | when on WLAN
    after an update | since the last update | following the patch
    after the password was changed | since the new password | with my changed password
    after a restart | since the reboot | once rebooted
    after waking from sleep | after standby | when it wakes up
    for new employees | for a new starter | for somebody who just joined
    for guests | for external visitors | for a visitor
    for shared accounts | with the team account | for a generic user
    from home | in the home office | working remotely from home
    in the warehouse | in the depot | at the warehouse
    in the meeting room | in the conference room | at the boardroom
    in the branch office | at the branch | in the satellite office
    with two monitors | on dual screens | with a second display
    through the dock | when docked | in the docking station
    with large files | when the file is big | for huge documents
    with a proxy | behind the proxy | through the proxy server
    in the browser | in the web version | on the website
    in the shared folder | on the network drive | on the mapped share
    in the morning | first thing each day | early every day
    during calls | while on a call | in the middle of meetings
    as administrator | with admin rights | when elevated
    for archived items | in the archive | with old records
    with roaming profiles | on a different computer | at another desk
"""
_OPENERS = ("Hi, ", "Hello there, ", "Caller says: ", "Urgent! ", "", "", "Customer on the line, ", "Good morning. ")
_CLOSERS = ("", " Can you help please?", " It worked yesterday.", " I already restarted.", " Thanks!", " No idea why.")
_SYLLABLES = (
    "ba",
    "be",
    "co",
    "del",
    "fin",
    "gra",
    "hol",
    "lex",
    "mar",
    "nor",
    "pri",
    "qua",
    "sel",
    "tri",
    "ven",
    "xa",
    "zen",
)
_TYPOS = 0.15  # of the calls
_ZIPF = 0.8


@dataclass(frozen=True, slots=True)
class MadeFlow:
    """A flow before it is described; `key` is product, symptom, circumstance."""

    name: str
    description: str
    keywords: Sequence[str]
    key: tuple[int, int, int]


class Library:
    """Flows and the calls that mean them."""

    def __init__(self, size: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._symptoms, self._circumstances = _wordings(_SYMPTOMS), _wordings(_CIRCUMSTANCES)
        self._products = [each.strip() for each in _PRODUCTS.split(";")]
        self._products += _invented(max(40, size // 60), self._chance)
        self._asides = _asides()
        self.flows = list(self._write(size))

    def call(self, flow: MadeFlow, *, reworded: bool) -> str:
        """Return what a caller may say who has this problem, with courtesies and now and then a typo.

        Symptom and circumstance in any of their wordings, or, `reworded`, both in the one the flow itself lacks.
        """
        symptom, circumstance = (
            parts[2 if reworded else self._chance.randrange(3)]
            for parts in (self._symptoms[flow.key[1]], self._circumstances[flow.key[2]])
        )
        what = f"{self._products[flow.key[0]]} {symptom}"
        told = self._chance.choice((f"{what} {circumstance}", f"{circumstance}, {what}"))
        if self._chance.random() < _TYPOS:
            told = _misspelt(told, self._chance)
        return self._chance.choice(_OPENERS) + told + "." + self._chance.choice(_CLOSERS)

    def _write(self, size: int) -> Iterator[MadeFlow]:
        products, symptoms = (_zipf(len(each)) for each in (self._products, self._symptoms))
        taken: set[tuple[int, int, int]] = set()
        while len(taken) < size:
            (product,) = self._chance.choices(range(len(products)), cum_weights=products)
            (symptom,) = self._chance.choices(range(len(symptoms)), cum_weights=symptoms)
            key = product, symptom, self._chance.randrange(len(self._circumstances))
            if key not in taken:
                taken.add(key)
                yield self._flow(key)

    def _flow(self, key: tuple[int, int, int]) -> MadeFlow:
        product, (short, longer, _), (where, elsewhere, _) = (
            self._products[key[0]],
            self._symptoms[key[1]],
            self._circumstances[key[2]],
        )
        aside = self._chance.choice(self._asides)
        return MadeFlow(
            name=f"{product} {short} {where}".removeprefix("the ").capitalize(),
            description=f"{product} {longer} {elsewhere}. {aside}".capitalize(),
            keywords=[f"{product} {short}".removeprefix("the ")],
            key=key,
        )


def _wordings(text: str) -> list[list[str]]:
    return [[wording.strip() for wording in line.split("|")] for line in text.strip().splitlines()]


def _asides() -> list[str]:
    """Return the sentences of the authored playbooks, which flows of a help desk sound like."""
    folder = files("firstline.building") / "playbooks"
    found = []
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.name.endswith(".json") and each.name != "schema.json":
            nodes = json.loads(each.read_text(encoding="utf-8"))["graph"]["nodes"]
            found += [node["text"] for node in nodes]
    return found


def _invented(count: int, chance: random.Random) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3)))).capitalize()] = None
    return list(names)


def _zipf(count: int) -> list[float]:
    """Return cumulative weights, 1 / rank to the power of _ZIPF."""
    weights, total = [], 0.0
    for rank in range(1, count + 1):
        total += rank**-_ZIPF
        weights.append(total)
    return weights


def _misspelt(text: str, chance: random.Random) -> str:
    """Return the text with two neighbouring letters swapped inside one of its longer words."""
    words = list(re.finditer(r"[A-Za-z]{6,}", text))
    if not words:
        return text
    at = (word := chance.choice(words)).start() + chance.randrange(1, len(word[0]) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
