"""Long texts as messages that Telegram takes: at most 4,096 characters as it counts them, 1,024 under a file.

It counts UTF-16 code units after entities were taken out: https://core.telegram.org/bots/api#sendmessage
"""

from __future__ import annotations

MESSAGE = 4096
CAPTION = 1024
_SEPARATORS = ("\n\n", "\n", ". ", " ")  # where to split, the best place first


def length(text: str) -> int:
    """Return how long Telegram takes a text to be: a character beyond the basic plane counts twice."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, first: int = MESSAGE, further: int = MESSAGE) -> list[str]:
    """Return `text` in pieces of at most `first` and then `further` units; none is empty or only blank.

    Each ends at a paragraph if one ends in its second half, else at a line, a sentence, a word, and inside a
    word only when there is nothing else.
    """
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        room = further if pieces else first
        piece = rest if length(rest) <= room else rest[: _place(rest, room)]
        rest = rest[len(piece) :].strip("\n ")
        if piece.strip():
            pieces.append(piece.strip("\n "))
    return pieces


def _place(text: str, room: int) -> int:
    most = _within(text, room)
    for separator in _SEPARATORS:
        at = text.rfind(separator, most // 2, most)
        if at > 0:
            return at + len(separator)
    # Not between the two halves of what is shown as one: a joiner or a variation binds to what is before it.
    while most > 1 and text[most : most + 1] in "\u200d\ufe0f\u0301":
        most -= 1
    return most


def _within(text: str, room: int) -> int:
    """Return how many characters of `text` fit into `room` units."""
    used = 0
    for index, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > room:
            return index
    return len(text)
