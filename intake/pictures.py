"""One file of a chat message, looked at in a worker process: a screenshot, or why it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from intake import screenshots
from intake.contents.file_kinds import kind_of
from intake.incoming import Declined, Screenshot, StoreFailed
from intake.limits import Limits
from intake.mime.cleaning import file_name


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is: one of the two is there."""

    screenshot: Screenshot | None = None
    declined: Declined | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Looked:
        """Undo `to_json`. Raises KeyError or TypeError when `plain` was not made by it."""
        shot, declined = plain["screenshot"], plain["declined"]
        return cls(Screenshot(**shot) if shot else None, Declined(**declined) if declined else None)


def look(
    raw: bytes,
    *,
    name: str,
    media_type: str,
    keep: Callable[[bytes], str],
    limits: Limits,
    **_: object,
) -> Looked:
    """Say what the file `raw` is; `name` and `media_type` are what its sender claims.

    `keep` stores the bytes of a screenshot and of its thumbnail. Raises StoreFailed when it raises OSError.
    """

    def kept(content: bytes) -> str:
        try:
            return keep(content)
        except OSError as error:
            raise StoreFailed(f"a screenshot could not be kept: {error}") from error

    shown = file_name(name) or f"file.{screenshots.suffix_of(raw) or 'bin'}"
    found = screenshots.recognise(raw, shown, media_type, limits, kept)
    if isinstance(found, Screenshot):
        return Looked(screenshot=found)
    return Looked(declined=found or Declined(shown, "format", media_type, kind_of(raw)))
