"""Posting to addresses that customers name: public ones only, the very one that was checked, and never for long."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 5.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotDelivered(Exception):  # noqa: N818  named like every other fact
    """Nothing answered, or nothing may be asked there; the message is a short reason that tells nothing of networks."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A checked URL, taken apart."""

    host: str
    port: int
    path: str
    tls: bool


def read_url(url: str, *, private: bool) -> Receiver:
    """Take a URL apart; raises ValueError with the rule it breaks.

    `private` allows plain HTTP and addresses that are not public: on a laptop, never in the cloud.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise ValueError("must begin with https://")
    if not parts.hostname or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("must be a URL with a host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("must not contain a user, a password or a fragment")
    try:
        host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path.encode("ascii")
    except UnicodeError:
        raise ValueError("must be written in ASCII, but for the host") from None
    tls = parts.scheme == "https"
    if not private and _is_surely_private(host):
        raise ValueError("must be a host of the public internet")
    return Receiver(host=host, port=parts.port or (443 if tls else 80), path=path, tls=tls)


def post(receiver: Receiver, body: bytes, headers: Mapping[str, str], *, private: bool) -> int:
    """Post and return the status; redirects are not followed and the answer's body is not read.

    Raises NotDelivered. The name is resolved once, and the connection goes to the address that was checked.
    """
    try:
        with _connected(receiver, private=private) as channel:
            return _exchange(channel, receiver, body, headers)
    except ssl.SSLError:
        raise NotDelivered("the receiver's certificate or TLS version was refused") from None
    except TimeoutError:
        raise NotDelivered("the receiver did not answer in time") from None
    except (OSError, http.client.HTTPException):
        raise NotDelivered("the connection failed") from None


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, and leads nowhere else by an embedded IPv4 address."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    return all(one.is_global and not one.is_multicast for one in (found, *_embedded(found)))


def _embedded(address: Address) -> Iterator[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return
    candidates = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        candidates.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    yield from (candidate for candidate in candidates if candidate is not None)


def _is_surely_private(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:  # a name; its addresses are checked when it is called
        return host == "localhost" or host.endswith((".localhost", ".internal", ".local"))


@contextlib.contextmanager
def _connected(receiver: Receiver, *, private: bool) -> Iterator[socket.socket]:
    """Connect to the first checked address that answers."""
    failure: OSError = TimeoutError()
    for address in _addresses(receiver, private=private):
        try:
            channel = socket.create_connection((address, receiver.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            failure = error
            continue
        with channel:
            yield channel
        return
    raise failure


def _addresses(receiver: Receiver, *, private: bool) -> list[str]:
    found = socket.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private and not all(is_public(address) for address in addresses):
        raise NotDelivered("the host's address is not one of the public internet")
    return addresses[:2]


def _exchange(channel: socket.socket, receiver: Receiver, body: bytes, headers: Mapping[str, str]) -> int:
    with _ending_in(ANSWER_SECONDS, channel):
        wire = _tls().wrap_socket(channel, server_hostname=receiver.host) if receiver.tls else channel
        with contextlib.closing(_connection(receiver)) as connection:
            connection.sock = wire
            connection.request("POST", receiver.path, body, dict(headers))
            return connection.getresponse().status


@contextlib.contextmanager
def _ending_in(seconds: float, channel: socket.socket) -> Iterator[None]:
    """Hang up after `seconds`: a receiver that drips its answer byte by byte never lets a single read time out."""
    with channel.dup() as twin:
        deadline = threading.Timer(seconds, _hang_up, [twin])
        deadline.daemon = True
        deadline.start()
        try:
            yield
        finally:
            deadline.cancel()
            deadline.join()


def _hang_up(channel: socket.socket) -> None:
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)


def _connection(receiver: Receiver) -> http.client.HTTPConnection:
    if receiver.tls:
        return http.client.HTTPSConnection(receiver.host, receiver.port, timeout=ANSWER_SECONDS, context=_tls())
    return http.client.HTTPConnection(receiver.host, receiver.port, timeout=ANSWER_SECONDS)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
