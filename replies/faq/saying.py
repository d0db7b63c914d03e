"""What is said of the FAQ: offers in a client's chat, links in a confirmation, an entry as an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from desk.faq.entries import Told
from replies.chats.sayings import Button, Saying
from replies.names import plain_line, plain_text
from replies.texts import Block, Link
from replies.wording import Wording

ALONE, AMONG = (
    2500,
    900,
)  # characters of an entry's text that are shown when it is the only one, or one of some
_END = re.compile(r"[.!?…](?=\s)|\n")
_MARKUP = re.compile(r"\*\*(.+?)\*\*|`([^`\n]+)`")
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)


def faq_said(kind: str, words: Wording, facts: Mapping[str, Any], number: str) -> tuple[Saying, ...] | None:
    """What a delivery about the FAQ says in a chat; None for any other kind.

    faq-offered: entries [{id, title, text, link}]; an id is its offer's. faq-helped, faq-helped-late,
    faq-opening: nothing more. `edits` as in `replies.chats.talk`.
    """
    edits = facts.get("edits")
    if kind == "faq-offered":
        return (_offered(words, facts["entries"]),)
    if kind not in _PLAIN:
        return None
    text = words.text(_PLAIN[kind], number=number)
    return (Saying(text, edits=None if edits is None else int(edits)),)


_PLAIN = {"faq-helped": "faq.helped", "faq-helped-late": "faq.helped-late", "faq-opening": "faq.opening"}


def _offered(words: Wording, entries: Sequence[Mapping[str, Any]]) -> Saying:
    alone = len(entries) == 1
    parts = [words.text("faq.offered" if alone else "faq.offered-several")]
    for place, one in enumerate(entries, 1):
        told = Told(str(one["title"]), str(one["text"]), str(one["link"]))
        title = plain_line(told.title)
        heading = title if alone else f"{place}. {title}"
        parts.append(
            "\n".join(filter(None, [heading, beginning(told.text, ALONE if alone else AMONG), told.link]))
        )
    parts.append(words.text("faq.or-request"))
    if alone:
        yes = [Button(words.text("faq.button.helped"), f"faq:yes:{entries[0]['id']}")]
    else:
        yes = [
            Button(words.text("faq.button.helped-which", place=place), f"faq:yes:{one['id']}")
            for place, one in enumerate(entries, 1)
        ]
    no = Button(words.text("faq.button.open"), f"faq:no:{entries[0]['id']}")
    return Saying("\n\n".join(parts), (tuple(yes), (no,)))


def plain(text: str) -> str:
    """An entry's Markdown as it reads in plain text: headings, bold and code lose their marks."""
    return _HEADING.sub("", _MARKUP.sub(lambda found: found[1] or found[2], plain_text(text))).strip()


def beginning(text: str, most: int) -> str:
    """The first sentences of a text, as many as fit; one that fits is whole."""
    whole = plain(text)
    if len(whole) <= most:
        return whole
    ends = [found.end() for found in _END.finditer(whole, 0, most)]
    return (whole[: ends[-1]].rstrip() if ends else whole[: most - 1].rstrip()) + " …"


def link_blocks(words: Wording, facts: Mapping[str, Any]) -> tuple[Block, ...]:
    """The paragraphs of a confirmation that link to entries [{title, url}] in its facts `faq`, if any."""
    entries = facts.get("faq") or ()
    if not entries:
        return ()
    links = [(plain_line(str(one["title"])), str(one["url"])) for one in entries]
    told = [Block((), Link(f"{title}: {url}", title, url)) for title, url in links]
    return (Block((words.text("confirmation.faq"),)), *told)


def as_answer(told: Told) -> str:
    """An entry as an agent's answer to a client: its text, and where to read it."""
    return "\n\n".join(filter(None, [plain(told.text), told.link]))
