"""What a request does not say and we ask for: product, version, steps; one at a time, none of it needed.

The question waits in the chat's `expects`; an answer is a message like any other on its ticket.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.chats import ChatNow, change_chat
from storage.outbox import Owed, cancel_owed, owe
from storage.posts import CLIENTS
from storage.tickets import Change, note_changes

WHAT, PRODUCT, VERSION, STEPS = "what", "product", "version", "steps"
ASKED_FOR = timedelta(hours=1)  # how long the next message may be the answer
KEY = "detail"  # in a chat's `expects`

_VERSION = re.compile(
    r"(?<![\d.,])\d{1,4}(?:\.\d{1,5}){1,4}(?![\d.])|\b(?:версия|версии|версию|версія|версії|версію|version|release|"
    r"релиз|реліз|выпуск|випуск|versio|versiossa|v)\.?\s*№?\s*\d",
    re.IGNORECASE,
)
# What is written like a version and is a day: 23.11.2026, 3.2.2026, 23.11., 05.11.26.
_DAY = re.compile(
    r"(?<![\d.])(?:\d{1,2}\.\d{1,2}\.20\d\d|(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])(?:\.\d\d)?)\.?(?![\d.])"
)
_QUOTED = re.compile(r"[«“”„\"][^«»“”„\"\n]{2,60}[»“”\"]")
_NAMED = re.compile(
    r"\b(?i:программ[аеуыо]\w*|програм[аіиу]\w*|приложени[еия]\w*|додат(?:ок|ку|ка)|модул[ьяеі]\w*|program(?:me)?|"
    r"product|app|application|software|module|ohjelma\w*|sovellu\w+|tuot\w+)\b[\s:—–-]+[«“\"]?(?=[A-ZА-ЯІЇЄҐЁÄÖ0-9])"
    r"|\b1[CС]\b"
    # A name and its version: АгроУчёт 3.2.14.
    r"|\b(?!(?i:верси|версі|version|releas|релиз|реліз|выпуск|випуск|versio))[A-ZА-ЯІЇЄҐЁÄÖ][\w-]{2,40}\s+\d+\.\d+"
)
_DONE = re.compile(
    r"\b(?:после|когда|как только|наж(?:ал|има)\w*|откры(?:л|ва)\w*|"
    r"при (?:попытке|запуске|печати|открытии|входе)|пытаюсь|сначала|затем|потом|шаг\w*|після|коли|щойно|"
    r"натис\w+|відкри\w+|під час|намагаюся|спочатку|потім|крок\w*|"
    r"after|when(?:ever)?|while|click\w*|open(?:ed|ing)?|press\w*|tried|trying|first|then|steps?|"
    r"jälkeen|kun|painan|painoin|avaan|avasin|yritän|yritin|ensin|sitten|vaihe\w*)\b",
    re.IGNORECASE,
)
_MUCH = 400  # characters of a text that tells what happened, in whatever words
_SHORT = {PRODUCT: 6, VERSION: 8}  # words of an answer that may be one, when it could be about something else
_NAME_ALONE, _NOT_KNOWN = 2, 3  # words of a program's name; of "I don't know", "the latest one"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for its answer: about which ticket, which comes next, since when (UTC)."""

    ticket_id: int
    asks: str
    left: tuple[str, ...]
    at: datetime


def missing(text: str) -> tuple[str, ...]:
    """What a request's text does not say, in the order in which it is asked for."""
    if not text.strip():
        return (WHAT, PRODUCT, VERSION)
    version = _VERSION.search(_DAY.sub(" ", text)) is not None
    lacks = []
    if not (_NAMED.search(text) or _QUOTED.search(text)):
        lacks.append(PRODUCT)
    if not version:
        lacks.append(VERSION)
    if len(text) < _MUCH and not _DONE.search(text):
        lacks.append(STEPS)
    return tuple(lacks)


def may_answer(asks: str, text: str) -> bool:
    """Whether a text may be the answer to a question, where it could as well be about another request."""
    if "?" in text or not text.strip():
        return False
    if asks not in _SHORT:
        return True
    return "\n" not in text.strip() and len(text.split()) <= _SHORT[asks]


def reads_like_answer(asks: str, text: str) -> bool:
    """Whether a text is the answer to a question for sure, so that nobody with several requests need choose.

    A word too many costs him a tap; a message on the wrong request may cost him the answer.
    """
    if not may_answer(asks, text):
        return False
    words = len(text.split())
    if asks == PRODUCT:
        return words <= _NAME_ALONE or bool(_NAMED.search(text) or _QUOTED.search(text))
    if asks == VERSION:
        return words <= _NOT_KNOWN or any(character.isdigit() for character in text)
    return asks != STEPS or _DONE.search(text) is not None


def asked_in(chat: ChatNow | None, now: datetime) -> Asked | None:
    """The question that waits in a chat, unless it is too old (`now` in UTC)."""
    waiting = (chat.expects or {}).get(KEY) if chat is not None else None
    if not waiting:
        return None
    at = datetime.fromisoformat(waiting["at"])
    if now - at > ASKED_FOR:
        return None
    return Asked(int(waiting["ticket"]), waiting["asks"], tuple(waiting["left"]), at)


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask in which chat: his address, his language, the domain of our Message-IDs."""

    chat_id: int
    recipient: str
    language: str
    domain: str
    serial: object
    not_before: datetime | None = None


async def ask(to: Asking, ticket_id: int, questions: Sequence[str], now: datetime) -> None:
    """Owe the first question, if any; the others wait for its answer."""
    if not questions:
        await change_chat(CLIENTS, to.chat_id, expects=None)
        return
    first, *left = questions
    waiting: dict[str, Any] = {"ticket": ticket_id, "asks": first, "left": left, "at": now.isoformat()}
    await change_chat(CLIENTS, to.chat_id, expects={KEY: waiting})
    await owe(_owed(to, ticket_id, "detail", {"asks": first}), to.domain, now)


async def answered(to: Asking, asked: Asked, text: str, now: datetime) -> None:
    """Note that an answer came, and ask what is left; after the last one, say thanks."""
    await note_changes(asked.ticket_id, now, Change(to.recipient, "detail", after=asked.asks))
    left = [one for one in asked.left if one in missing(text)]
    await ask(to, asked.ticket_id, left, now)
    if not left:
        await owe(_owed(to, asked.ticket_id, "details-done", {}), to.domain, now)


async def ask_anew(to: Asking, ticket_id: int, text: str, now: datetime) -> None:
    """More of the request has come: ask by all of it, if the question has not left yet."""
    await cancel_owed(ticket_id, "detail")
    await ask(to, ticket_id, missing(text), now)


def _owed(to: Asking, ticket_id: int, kind: str, facts: dict[str, Any]) -> Owed:
    return Owed(
        key=f"{ticket_id}:{kind}:{to.serial}",
        ticket_id=ticket_id,
        kind=kind,
        channel="telegram",
        recipient=to.recipient,
        language=to.language,
        facts=facts,
        not_before=to.not_before,
    )
