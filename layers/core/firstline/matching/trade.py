"""The words of the trade: abbreviations with what they stand for, neighbours in meaning, and words that say nothing."""

from collections.abc import Mapping

from firstline.matching.stemming import stem

_SAME = {
    "mfa": "2fa; two factor; 2 factor; second factor; multi factor; multifactor; two factor authentication; "
    "multi factor authentication; two step verification",
    "owa": "outlook web access; outlook web app; outlook on the web; webmail; web mail",
    "rdp": "remote desktop; remote desktop protocol; remote desktop connection",
    "bsod": "blue screen; bluescreen; blue screen of death; stop error",
    "hdd": "hard drive; hard disk; harddrive; harddisk; hard disk drive",
    "ssd": "solid state drive",
    "vpn": "virtual private network",
    "wifi": "wi fi; wireless; wlan; wireless network; wifi network",
    "ad": "active directory",
    "sso": "single sign on",
    "os": "operating system",
    "psu": "power supply; power supply unit",
    "gpo": "group policy; group policy object",
    "m365": "office 365; o365; microsoft 365; ms 365",
    "ram": "random access memory",
    "cpu": "processor; central processing unit",
    "gpu": "graphics card; video card; graphics adapter",
    "nic": "network card; network adapter; network interface card; ethernet adapter",
    "dc": "domain controller",
    "uac": "user account control",
    "iphone": "i phone",
    "login": "log in; log on; logon; sign in; sign on; signin; log into; sign into; log onto; logging in; signing in",
    "logout": "log out; log off; sign out; logoff; sign off",
    "startup": "start up",
    "bootup": "boot up",
    "shutdown": "shut down; shuts down; shutting down",
    "backup": "back up",
    "setup": "set up",
    "poweron": "turn on; power on; switch on; power up; come on; turned on; turning on",
    "poweroff": "turn off; power off; switch off; go off; turned off",
    "email": "e mail; mail",
    "lockout": "lock out; locked out",
    "overheat": "over heat; run hot; running hot; get hot; getting hot; too hot; really hot; very hot; so hot",
    "onedrive": "one drive",
    "sharepoint": "share point",
    "website": "web site; webpage; web page",
    "username": "user name; login name",
    "paperjam": "paper jam; jammed paper",
    "keyboard": "key board",
    "touchpad": "touch pad; trackpad; track pad",
    "headset": "head set",
    "not": "unable; cannot; can not; will not; does not; do not; did not; is not; refuse to; refuses to; fail to; "
    "no longer; could not; would not; has not; are not; was not; unable to; not able to",
    "problem": "problem; issue; trouble; act up; acting up; mess up; messed up; difficulty; play up",
    "broken": "not working; not work; stop working; broke; break down; malfunction; defective; faulty; out of order",
}  # fmt: skip

_NEAR = (
    "screen display monitor lcd",
    "laptop notebook chromebook ultrabook macbook thinkpad latitude elitebook probook zenbook ideapad inspiron",
    "computer pc machine workstation desktop laptop notebook",
    "boot start startup bootup poweron launch",
    "poweroff shutdown",
    "crash freeze frozen hang stuck unresponsive",
    "slow lag sluggish",
    "problem error fault failure broken fail wrong",
    "noise sound noisy",
    "hot overheat heat warm temperature",
    "password passcode credential pin",
    "locked lockout lock",
    "internet network online connection wifi",
    "printer print printing",
    "microphone mic",
    "camera webcam",
    "headset headphone earphone",
    "disconnect drop",
    "delete remove erase",
    "mailbox inbox email outlook",
    "mfa authenticator authentication",
    "hdd ssd disk drive",
    "login password credential",
    "phone telephone mobile cell",
    "charge charger charging",
    "strange weird unusual odd funny",
    "website site web",
    "fix repair",
    "change update modify",
    "cancel stop end",
    "buy purchase order",
    "bill invoice charge payment",
    "delivery shipping shipment",
)

_STOP_WORDS = """
    a about above after again all also although am an and any are as at be because been before being below between
    both but by can could did do does doing done down during each either else ever every few for from further get
    gets getting go goes going gone got had has have having he her here hers herself him himself his how however i
    if in into is it its itself just keep keeps kept let like make makes making many may maybe me might mine more
    most much must my myself near need needs neither no nor now of off on once one only onto or other our ours
    ourselves out over own put quite rather really same see seem seems shall she should since so some still such
    than that the their theirs them themselves then there these they this those though through thus to too under
    until up upon us use used uses using very via was we well were what when where whether which while who whom
    whose why will with within would yet you your yours yourself yourselves
"""
_FILLERS = """
    hi hello hey dear please thank thanks help assist assistance kindly regards sir madam able appreciate asap
    urgent urgently currently recently lately today yesterday tomorrow ago day week month year time times want wants
    wanted would like know tell say says said think thought guess hope sure customer client caller user ticket call
    calling called something anything nothing thing things someone anyone try tries tried trying appear appears
    appeared come comes came coming find finds finding found give gives given giving happen happens happened
    happening look looks looked looking put puts show shows showed showing stay stays stayed take takes taking took
    taken work works worked working another experience experiencing facing face notice noticed concerned worried
"""


def _phrases() -> Mapping[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for meaning, variants in _SAME.items():
        for variant in variants.split("; "):
            table[tuple(stem(word) for word in variant.split())] = stem(meaning)
    return table


def _neighbours() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for group in _NEAR:
        stems = {stem(word) for word in group.split()}
        for each in stems:
            table.setdefault(each, set()).update(stems - {each})
    return {each: frozenset(found) for each, found in table.items()}


STOP_WORDS = frozenset(_STOP_WORDS.split())
FILLERS = frozenset(_FILLERS.split())
NOT = "not"
PROBLEM = "problem"
BROKEN = "broken"
PHRASES = _phrases()
NEIGHBOURS = _neighbours()
