"""Who is let in, and how much may be in hand."""

import pytest

from intake.listener.gate import BUSY, Gate, neighbourhood
from intake.listener.patience import Patience
from tests.intake.smtp_talk import SETTINGS


class Guest:
    def dismiss(self) -> None: ...
    def send_away(self) -> None: ...
    def abort(self) -> None: ...


def gate(connections: int = 8, per_peer: int = 2, held: int = 1000) -> Gate:
    return Gate(max_connections=connections, max_per_peer=per_peer, max_held_bytes=held)


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
    ],
)
def test_a_client_is_known_by_what_it_can_not_change_at_will(host: str, counted_as: str | None) -> None:
    assert neighbourhood(host) == counted_as


async def test_one_client_can_not_take_all_connections() -> None:
    door, first, second = gate(), Guest(), Guest()
    assert door.enter(first, "192.0.2.7") is None
    assert door.enter(second, "192.0.2.7") is None
    assert door.enter(Guest(), "192.0.2.7") == BUSY
    assert door.enter(Guest(), "192.0.2.8") is None
    door.leave(first)
    assert door.enter(Guest(), "192.0.2.7") is None


async def test_a_relay_on_this_host_may_bring_as_many_as_there_are() -> None:
    door = gate(connections=3, per_peer=1)
    assert [door.enter(Guest(), "127.0.0.1") for _ in range(4)] == [None, None, None, BUSY]


async def test_one_that_was_turned_away_does_not_count_when_it_leaves() -> None:
    door, turned_away = gate(connections=1), Guest()
    assert door.enter(Guest(), "192.0.2.7") is None
    assert door.enter(turned_away, "192.0.2.7") == BUSY
    door.leave(turned_away)
    assert door.connections == 1


async def test_messages_share_what_may_be_held() -> None:
    door = gate(held=1000)
    with door.in_hand(900) as one, door.in_hand(900) as other:
        assert one.may_hold(600) and not other.may_hold(600)
        assert other.refusal.startswith("452 4.3.1 ")
        assert not one.may_hold(400) and one.refusal.startswith("552 5.3.4 ")
        assert door.receiving == 2
    with door.in_hand(1000) as later:
        assert later.may_hold(1000)
    assert door.receiving == 0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_command_is_awaited_once() -> None:
    assert Patience(SETTINGS, Clock()).look(10_000) is None


def test_a_message_may_go_on_while_enough_of_it_comes_and_no_longer_than_agreed() -> None:
    clock = Clock()
    patience = Patience(SETTINGS, clock)  # 60 s a look, 256 bytes a second, 300 s in all
    assert patience.message_begins(500) == 60
    received = 500
    for _ in range(4):
        clock.now += 60
        received += 256 * 60
        assert patience.look(received) == 60
    clock.now += 60
    assert patience.look(received + 256 * 60) is None


def test_a_message_that_trickles_is_cut() -> None:
    clock = Clock()
    patience = Patience(SETTINGS, clock)
    patience.message_begins(0)
    clock.now += 60
    assert patience.look(256 * 60 - 1) is None
