"""Ports of a local cloud: two that start at the same time never get the same one."""

import sys

import pytest

from infra.local import ports
from infra.local.problems import CannotRunError
from infra.local.testing import LocalCloud


class TestHeldPort:
    def test_is_drawn_by_nobody_else(self) -> None:
        held = [ports.hold() for _ in range(200)]
        try:
            numbers = {ports.number_of(one) for one in held}
            assert len(numbers) == 200
            assert numbers.isdisjoint(ports.free_port() for _ in range(200))
        finally:
            for one in held:
                one.close()

    # Only Linux lets a server bind a port that is held and not listened at (`ports.SHARED_WHILE_HELD`).
    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the port is given up a moment before")
    def test_can_be_listened_at_by_the_server_it_is_held_for(self) -> None:
        with ports.hold() as held, ports.listen(ports.number_of(held)) as server:
            assert ports.number_of(server) == ports.number_of(held)

    def test_is_refused_where_somebody_listens(self) -> None:
        with ports.listen() as taken, pytest.raises(CannotRunError, match="is taken"):
            ports.listen(ports.number_of(taken))


class TestLocalCloud:
    def test_has_its_ports_before_it_starts_and_gives_them_back(self) -> None:
        first, second = LocalCloud(), LocalCloud()
        try:
            used = [(one.url, one.cloud.place.aws_url, one.cloud.postgres.port) for one in (first, second)]
            assert len({part for addresses in used for part in addresses}) == 6
        finally:
            for one in (first, second):
                one.cloud.stop()
        with ports.listen(first.cloud.port):
            pass
