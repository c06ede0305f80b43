"""Posting to addresses that customers name."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from firstline.integrations import http


class TestAddress:
    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
    def test_of_the_internet_is_public(self, address: str) -> None:
        assert http.is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104  an address to refuse
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1%eth0",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2001:db8::1",
            "fd00:ec2::254",
        ],
    )
    def test_of_a_private_loopback_or_reserved_network_is_not(self, address: str) -> None:
        assert not http.is_public(address)


class TestUrl:
    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.example.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/",
            "https://api.internal/",
            "https://user@hooks.example.com/",
            "https://hooks.example.com/#part",
            "https://hooks.example.com/\r\nHost: x",
            "https://hooks.example.com:99999/",
            "https:///path",
            "javascript:alert(1)",
        ],
    )
    def test_that_leads_anywhere_else_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            http.read_url(url, private=False)

    def test_is_taken_apart(self) -> None:
        assert http.read_url("https://bücher.example/a?b=c", private=False) == http.Receiver(
            host="xn--bcher-kva.example", port=443, path="/a?b=c", tls=True
        )


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Serve one connection on this machine as told, and return the port."""
    threads = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(behave: Callable[[socket.socket], None]) -> int:
        def once() -> None:
            with suppress(OSError):
                channel, _ = listener.accept()
                with channel:
                    channel.recv(65536)
                    behave(channel)

        threads.append(threading.Thread(target=once))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield serve
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in threads:
        thread.join()


class TestPost:
    def test_goes_nowhere_when_a_public_name_leads_to_a_private_address(
        self, serve: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reached = threading.Event()
        port = serve(lambda _: reached.set())
        point(monkeypatch, "hooks.example.com", "127.0.0.1")

        with pytest.raises(http.NotDelivered, match="public"):
            http.post(http.Receiver("hooks.example.com", port, "/", tls=False), b"", {}, private=False)
        assert not reached.is_set()

    def test_connects_to_the_address_it_has_checked(
        self, serve: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name that answers another address the second time it is asked is asked once."""
        port = serve(lambda channel: channel.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
        asked = point(monkeypatch, "hooks.example.com", "127.0.0.1")

        status = http.post(http.Receiver("hooks.example.com", port, "/", tls=False), b"{}", {}, private=True)

        assert (status, asked) == (200, ["hooks.example.com"])

    def test_has_an_end_when_the_receiver_drips(
        self, serve: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        over = threading.Event()
        monkeypatch.setattr(http, "ANSWER_SECONDS", 0.2)

        def drip(channel: socket.socket) -> None:
            while not over.wait(0.02):
                channel.sendall(b"H")

        port = serve(drip)
        with pytest.raises(http.NotDelivered):
            http.post(http.Receiver("127.0.0.1", port, "/", tls=False), b"", {}, private=True)
        over.set()

    def test_refuses_a_receiver_whose_certificate_nobody_vouches_for(self, serve: Callable[..., int]) -> None:
        port = serve(lambda channel: channel.sendall(b"no TLS here\r\n"))

        with pytest.raises(http.NotDelivered, match="certificate or TLS"):
            http.post(http.Receiver("127.0.0.1", port, "/", tls=True), b"", {}, private=True)


def point(monkeypatch: pytest.MonkeyPatch, host: str, address: str) -> list[str]:
    """Let a name lead to an address, and return who was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(name: str, port: int, *rest: Any, **options: Any) -> Any:
        if name != host:
            return real(name, port, *rest, **options)
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked
