"""An item of a ticket's thread as messages in its topic, and what of it is not said there yet.

Each message notes in its mark what it shows: `p` a piece of a long text, `t` and two numbers the text (after
how many edits, and how long it was), `s` a screenshot, `x` an agent's file. Numbers are hexadecimal, so no
digit's letter may follow one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replies.chats.sayings import FILE, PICTURE, ChatFile, Saying
from replies.chats.splitting import CAPTION, length, split
from replies.names import plain_line, plain_text, shown_file_name
from replies.wording import Wording
from storage.posts import Shown
from storage.topics import Item

PIECES = 4  # messages of one text at most; whoever needs more of it reads the ticket
ALBUM = 10  # https://core.telegram.org/bots/api#sendmediagroup
PIECE = "p"
_MARK = re.compile(r"(?:t(?P<version>[0-9a-f]+)\.(?P<length>[0-9a-f]+))?(?P<file>[sx][0-9a-f]+)?")
_DECLINED = ("format", "damaged", "too-large", "too-many-pixels", "too-many")


@dataclass(frozen=True, slots=True)
class Part:
    """What is said in one call; `marks`: of each of its messages. `reply_to`: the message it goes on."""

    saying: Saying
    marks: tuple[str, ...]
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What of an item is shown: its text after `version` edits and of that length (None: not at all)."""

    version: int | None
    length: int
    message_id: int | None
    pieces: int
    files: frozenset[str]


def text_mark(item: Item) -> str:
    """The mark of a message that says all of an item's text."""
    return f"t{len(item.earlier):x}.{len(item.said()):x}"


def said_by(mark: str, item: Item) -> str:
    """What a message with a mark said of an item's text when it was sent; "" for one that says none."""
    found = _MARK.fullmatch(mark)
    if found is None or found["version"] is None:
        return ""
    return item.said(int(found["version"], 16))[: int(found["length"], 16)]


def is_shown(item: Item) -> bool:
    """Whether an item is for the topic at all: what was taken back in time and our own alarms are not.

    That a delivery failed is told by the history, in the desk's language.
    """
    alarm = item.direction == "note" and item.author == "otklik" and "could not be delivered" in item.text
    return not (item.withdrawn or alarm)


def missing(item: Item, shown: Sequence[Shown], words: Wording) -> Part | None:
    """What is to be said next of an item, or None when all of it is."""
    known = _known([one for one in shown if one.item_id == item.id])
    files = {mark: file for mark, file in _files(item) if mark not in known.files}
    if known.version is None:
        return _text(item, files, known.pieces, words)
    if files:
        album = _album(files)
        return Part(Saying(files=tuple(files[mark] for mark in album)), tuple(album), known.message_id)
    return _changed(item, known, words)


def worded(item: Item, words: Wording, text: str | None = None) -> str:
    """An item's text below who says it; `text` in place of what it says now."""
    lines = [_head(item, words)]
    if item.origin:
        lines.append(words.text("staff.origin", author=plain_line(item.origin)))
    lines.append(plain_text(item.said() if text is None else text).strip())
    if item.shares:
        lines.append(words.text("staff.shares", links="\n".join(map(plain_line, item.shares))))
    lines += [_declined(str(one["name"]), str(one.get("reason", "")), words) for one in item.declined]
    return "\n".join(line for line in lines if line)


def stand_in(item: Item, why: str, words: Wording) -> Part:
    """What is said in place of an item.

    `why`: `unshowable`, when Telegram refuses it time and again, or `unsure`, when its answer was lost twice.
    """
    told = words.text(f"staff.{why}", command=_command(item))
    return Part(Saying(f"{_head(item, words)}\n{told}"), (text_mark(item),))


def says_text(mark: str) -> bool:
    """Whether a message with that mark says the whole text of its item."""
    found = _MARK.fullmatch(mark)
    return found is not None and found["version"] is not None


def _command(item: Item) -> str:
    """How a whole ticket is read on the desk's own machine."""
    return f"otklik tickets show {item.ticket_id}"


def _head(item: Item, words: Wording) -> str:
    author = plain_line(item.author) or shown_address(item.address, words)
    kind = "automatic" if item.automatic and item.direction == "in" else item.direction
    return words.text(f"staff.item.{kind}", author=author)


def shown_address(address: str, words: Wording) -> str:
    """An address as agents see it: a Telegram account has no name that says anything."""
    return words.text("staff.in-telegram") if address.startswith("tg:") else plain_line(address)


def _declined(name: str, reason: str, words: Wording) -> str:
    why = words.text(f"staff.declined.{reason if reason in _DECLINED else 'other'}")
    return words.text("staff.declined", name=shown_file_name(name) or "–", why=why)


def _known(shown: Sequence[Shown]) -> _Known:
    version, size, message_id, pieces, files = None, 0, None, 0, set()
    for one in shown:
        if one.mark == PIECE:
            pieces += 1
        elif (found := _MARK.fullmatch(one.mark)) is not None:
            if found["version"] is not None:
                version, size = int(found["version"], 16), int(found["length"], 16)
                message_id = message_id or one.message_id
            if found["file"]:
                files.add(found["file"])
    return _Known(version, size, message_id, pieces, frozenset(files))


def _files(item: Item) -> Iterator[tuple[str, ChatFile]]:
    for shot in item.screenshots:
        yield f"s{shot['id']:x}", ChatFile(shot["sha256"], shot["name"], shot["media_type"], PICTURE)
    for file in item.attachments:
        kind = PICTURE if file["as_picture"] else FILE
        yield f"x{file['id']:x}", ChatFile(file["sha256"], file["name"], file["media_type"], kind)


def _album(files: dict[str, ChatFile]) -> list[str]:
    """The marks of the files that go first, together: pictures and other files can't share an album.

    A GIF goes by itself as a file, or Telegram would stop its motion.
    """
    first = next(iter(files.values()))
    if is_gif(first):
        return [next(iter(files))]
    return [mark for mark, file in files.items() if file.kind == first.kind and not is_gif(file)][:ALBUM]


def is_gif(file: ChatFile) -> bool:
    """Whether a file is a GIF, which has to be sent as a file."""
    return file.media_type == "image/gif"


def _text(item: Item, files: dict[str, ChatFile], pieces: int, words: Wording) -> Part:
    text, mark = worded(item, words), text_mark(item)
    if files and not pieces and length(text) <= CAPTION:
        album = _album(files)
        saying = Saying(text, files=tuple(files[one] for one in album))
        return Part(saying, (mark + album[0], *album[1:]))
    said = split(text)
    if len(said) > PIECES:
        said = [*said[: PIECES - 1], words.text("staff.more", command=_command(item))]
    at = min(pieces, len(said) - 1)
    return Part(Saying(said[at]), (mark if at == len(said) - 1 else PIECE,))


def _changed(item: Item, known: _Known, words: Wording) -> Part | None:
    """An edit, or what a late part of an album added, as an answer to what was said before."""
    now = item.said()
    if known.version is not None and known.version < len(item.earlier):
        key, text = "staff.edited", now
    elif len(now) > known.length:
        key, text = "staff.added", now[known.length :]
    else:
        return None
    author = plain_line(item.author) or shown_address(item.address, words)
    said = split(f"{words.text(key, author=author)}\n{plain_text(text).strip()}")
    return Part(Saying(said[0]), (text_mark(item),), known.message_id)
