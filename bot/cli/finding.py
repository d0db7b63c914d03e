"""What a trial of `otklik check` has found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part was found: `text` says what it is, or why it is not ok and what to do."""

    part: str
    ok: bool
    text: str
