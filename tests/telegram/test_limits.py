"""How fast a bot may write, told by a clock of our own."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import ALL, CHAT, GROUP, Pace

GROUPS, PEOPLE = (-1, -2), (1, 2, 3)
# To whom, how many messages in one call, and how much later than the one before it is wanted.
SENDINGS = st.lists(
    st.tuples(
        st.sampled_from(GROUPS + PEOPLE), st.integers(0, 10), st.sampled_from([0.0, 0.0, 0.1, 1.0, 7.0])
    ),
    max_size=120,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _sent(sendings: list[tuple[int, int, float]]) -> list[tuple[float, int, int]]:
    """When each went, at the earliest moment that the pace allows, one after another."""
    clock, gone = Clock(), []
    pace = Pace(clock)
    for chat, messages, later in sendings:
        clock.now += later
        while (seconds := pace.delay(chat, messages)) > 0:
            clock.now += max(seconds, 1e-6)
        pace.note(chat, messages)
        gone.append((clock.now, chat, messages))
    return gone


@given(SENDINGS)
def test_no_window_holds_more_than_telegram_allows(sendings: list[tuple[int, int, float]]) -> None:
    gone = _sent(sendings)
    for at, chat, messages in gone:
        window = [one for one in gone if at - ALL[1] < one[0] <= at]
        assert sum(max(1, one[2]) for one in window) <= ALL[0]
        same = [one for one in gone if one[1] == chat]
        assert len([one for one in same if at - CHAT[1] < one[0] <= at]) == 1
        if chat < 0:
            assert sum(one[2] for one in same if at - GROUP[1] < one[0] <= at) <= GROUP[0]
        assert messages <= 10


@given(SENDINGS)
def test_nothing_waits_longer_than_the_widest_window(sendings: list[tuple[int, int, float]]) -> None:
    wanted = 100.0
    for (at, _, _), (_, _, later) in zip(_sent(sendings), sendings, strict=True):
        assert at - (wanted + later) <= GROUP[1] + 1
        wanted = at


def test_a_pause_that_telegram_asks_for_holds_its_chat_alone() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.hold(-1, 30)
    assert pace.delay(-1) == 30
    assert pace.delay(-2) == 0
    clock.now += 30
    assert pace.delay(-1) == 0


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    pace = Pace(Clock())
    pace.hold(5, 30)
    pace.hold(5, 3)
    assert pace.delay(5) == 30


def test_an_album_is_one_call_and_counts_by_its_pictures_in_a_group() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.note(-1, 10)
    clock.now += 1.1
    assert pace.delay(-1, 10) == 0
    pace.note(-1, 10)
    clock.now += 1.1
    assert pace.delay(-1, 1) > 50


def test_an_edit_takes_nothing_of_a_group_s_twenty() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(40):
        pace.note(-1, 0)
        clock.now += 1.1
    assert pace.delay(-1, 10) == 0


def test_a_call_that_took_long_counts_from_its_arrival() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.note(7)
    clock.now += 0.9
    pace.landed(7)
    assert pace.delay(7) > 0.9


def test_who_was_quiet_for_a_minute_is_forgotten() -> None:
    clock = Clock()
    pace = Pace(clock)
    for chat in range(2, 1200):
        pace.note(chat)
        clock.now += 0.1
    assert len(pace._calls) < 1100
