"""What is to be said in a chat, as JSON between the floors: messages with buttons and files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

PICTURE, FILE = "picture", "file"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` comes back when it is pressed (1 to 64 bytes)."""

    text: str
    data: str


def button_token(name: str) -> str:
    """What stands for a name in a button's data, which names may be too long for."""
    return "~" + sha256(name.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class ChatFile:
    """A file of the store to send: as a `picture`, which may be shown smaller, or as a `file`."""

    sha256: str
    name: str
    media_type: str
    kind: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody whose name in the text calls him, by his Telegram id."""

    name: str
    telegram_id: int


@dataclass(frozen=True, slots=True)
class Saying:
    """One message, or one album when it has several files; `text` is plain, its markup means nothing.

    `edits`: the message of the chat that becomes this one, instead of a new one.
    """

    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[ChatFile, ...] = ()
    mentions: tuple[Mention, ...] = ()
    edits: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """All that one delivery says, in order: each saying is one call, and is not repeated once it went.

    `edits`: the delivery whose messages become these, part by part.
    """

    delivery_id: int
    ticket_id: int | None
    item_id: int | None
    sayings: tuple[Saying, ...]
    edits: int | None = None

    def to_bytes(self) -> bytes:
        """The script as it is kept with its delivery."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Script:
        """Undo `to_bytes`. Raises KeyError, TypeError or ValueError for anything else."""
        plain = json.loads(content)
        return cls(
            plain["delivery_id"],
            plain["ticket_id"],
            plain["item_id"],
            tuple(_saying(one) for one in plain["sayings"]),
            plain.get("edits"),
        )


def _saying(plain: dict[str, Sequence[object]]) -> Saying:
    rows = tuple(tuple(Button(**one) for one in row) for row in plain["buttons"])  # type: ignore[attr-defined]
    files = tuple(ChatFile(**one) for one in plain["files"])  # type: ignore[arg-type]
    # A script that was kept by an earlier release knows no mentions.
    mentions = tuple(Mention(**one) for one in plain.get("mentions", ()))  # type: ignore[arg-type]
    edits: int | None = plain.get("edits")  # type: ignore[assignment]
    return Saying(str(plain["text"]), rows, files, mentions, edits)
