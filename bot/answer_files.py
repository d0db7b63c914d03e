"""The files of agents' answers, as they go out by mail."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.config import Settings
from bot.rules import file_store


def file_for_mail(settings: Settings) -> Callable[[Mapping[str, Any]], bytes]:
    """What reads a file by the facts of its delivery: a picture as pixels alone, anything else as it is."""
    files = file_store(settings)

    def read(told: Mapping[str, Any]) -> bytes:
        content = files.read(str(told["sha256"]))
        if not told["as_picture"]:
            return content
        from intake.screenshots import shown_copy  # late: few commands need Pillow

        return shown_copy(content)

    return read
