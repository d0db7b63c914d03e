"""The stages of an improvement, from what is wanted to its release, and what leads from one to the next."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where an improvement stands; whoever leaves RELEASE is DONE, which is no stage to stay in."""

    REQUIREMENTS = "requirements"
    SPECIFICATION = "specification"
    BUILD = "build"
    RELEASE = "release"
    DONE = "done"


_ORDER = tuple(Stage)


class NoSuchStep(Exception):
    """An improvement can't go from one stage to the other; `why`: same | unfinished | reason."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def check_step(now: str, to: Stage, why: str) -> None:
    """Raise NoSuchStep unless an improvement may go from the stage `now` ("" before the first) to `to`.

    Forward, also over stages that a small one does not need; but what was not released is not done. Back with
    a reason alone.
    """
    if now == to:
        raise NoSuchStep("same", f"it is in the stage {to} already")
    if to is Stage.DONE and now != Stage.RELEASE:
        raise NoSuchStep("unfinished", f"only what is in the stage {Stage.RELEASE} can be done")
    if now and _ORDER.index(Stage(now)) > _ORDER.index(to) and not why.strip():
        raise NoSuchStep("reason", f"back from {now} to {to} needs a reason")
