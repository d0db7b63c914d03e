"""What config.toml may say about clocks: by when cases are settled, and when a ticket's time stands still."""

from collections.abc import Sequence
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.config.fields import PromiseText, Section
from bot.config.mistakes import Mistake
from desk.resolution import TARGETS, Target, never_reached
from desk.service_level import Promise


def _clock(value: str) -> str:
    time.fromisoformat(value)
    return value


# What `time.fromisoformat` would read besides, such as seconds, is more than a cut-off needs.
_Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), AfterValidator(_clock)]


class ClocksSettings(Section):
    """When a ticket's clocks stand still."""

    paused_in: tuple[Literal["waiting", "postponed"], ...] = Field(
        default=("waiting", "postponed"), description='a list of "waiting", "postponed"'
    )


class ResolutionSettings(Section):
    """How soon cases of a kind and a priority are settled."""

    kind: Literal["consultation", "bug", "improvement"] | None = Field(
        default=None, description='"consultation", "bug" or "improvement"'
    )
    priority: Literal[1, 2, 3] | None = Field(default=None, description="1, 2 or 3")
    within: PromiseText = Field(
        description='"N working hours" (at most two decimals) or "N working days", N above 0 and below 10000'
    )
    same_day_before: _Clock | None = Field(default=None, description='a clock time such as "16:00"')

    def target(self) -> Target:
        """The target as the rules know it."""
        cut_off = time.fromisoformat(self.same_day_before) if self.same_day_before else None
        return Target(Promise.parse(self.within), self.kind, self.priority, cut_off)


def _setting(target: Target) -> ResolutionSettings:
    cut_off = target.same_day_before
    return ResolutionSettings.model_validate(
        {
            "kind": None if target.kind is None else str(target.kind),
            "priority": target.priority,
            "within": str(target.within),
            "same_day_before": None if cut_off is None else f"{cut_off:%H:%M}",
        }
    )


DEFAULTS = tuple(map(_setting, TARGETS))


def unreached_targets(resolution: Sequence[ResolutionSettings]) -> list[Mistake]:
    """Targets that never count, because one before them fits the same cases."""
    sentence = "never counts: a section before it fits the same cases; put the narrower one first"
    return [
        Mistake(("resolution", place), sentence)
        for place in never_reached([one.target() for one in resolution])
    ]
