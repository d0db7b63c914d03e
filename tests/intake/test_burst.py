"""A burst of mail is taken in before it is worked on; a steady stream is not held back, and none for long."""

from intake.burst import LONGEST, Burst


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def arriving(per_second: float, seconds: float) -> tuple[list[bool], Burst, Clock]:
    clock = Clock()
    burst = Burst(clock)
    held = []
    for _ in range(int(per_second * seconds)):
        clock.now += 1 / per_second
        burst.note()
        held.append(burst.going_on())
    return held, burst, clock


def test_a_steady_twenty_a_second_never_holds_work_back() -> None:
    held, _, _ = arriving(per_second=20, seconds=30)
    assert not any(held)


def test_three_hundred_a_second_hold_it_back_from_the_first_few_on() -> None:
    held, _, _ = arriving(per_second=300, seconds=1)
    assert all(held[10:])


def test_work_goes_on_as_soon_as_the_burst_is_over() -> None:
    _, burst, clock = arriving(per_second=300, seconds=1)
    clock.now += 0.11
    assert not burst.going_on()


def test_a_burst_that_does_not_end_shares_the_machine_after_a_while() -> None:
    held, _, _ = arriving(per_second=300, seconds=LONGEST + 5)
    assert all(held[10 : int(300 * LONGEST) - 10])
    assert not any(held[int(300 * LONGEST) + 20 :])
