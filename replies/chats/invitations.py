"""What is said in a client's chat of his rating, of linking his address, of his language; with buttons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.rating import STARS
from replies.chats.sayings import Button, Saying
from replies.languages import LANGUAGES
from replies.names import plain_line
from replies.wording import Wording

Buttons = tuple[tuple[Button, ...], ...]
QUESTIONS = ("satisfied", "recommend")
_NATIVE = {"ru": "Русский", "uk": "Українська", "en": "English", "fi": "Suomi"}


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing to say: in which words, about what, of which ticket."""

    words: Wording
    facts: Mapping[str, Any]
    number: str
    zone: ZoneInfo

    def text(self, key: str, **values: object) -> str:
        return self.words.text(key, **values)


def said(
    kind: str, words: Wording, facts: Mapping[str, Any], number: str, zone: ZoneInfo
) -> tuple[Saying, ...] | None:
    """What a delivery of that kind says in a chat; None for a kind that is worded elsewhere.

    rated: closure_id, stars, satisfied, recommend, commented, expires_at; asking (for a comment) and edits
        (which message becomes this) may be missing, edits everywhere.
    rating-over: why (withdrawn | expired); rating-reopened: nothing more.
    link-sent, link-done: address; link-sent: minutes. link-ask, link-bad, link-wrong, link-over,
        link-limited: nothing more.
    language-ask, language-set: nothing more.

    Raises KeyError for a missing fact.
    """
    if kind not in _SAID:
        return None
    text, buttons = _SAID[kind](_Said(words, facts, number, zone))
    edits = facts.get("edits")
    return (Saying(text, buttons, edits=None if edits is None else int(edits)),)


def star_buttons(words: Wording, closure_id: object) -> Buttons:
    """A button for each number of stars, the best on top, in the words of the mailed invitation."""
    return tuple(
        (Button(f"{'★' * stars} {words.text(f'stars.{stars}')}", f"rate:{closure_id}:{stars}"),)
        for stars in reversed(STARS)
    )


def _rated(case: _Said) -> tuple[str, Buttons]:
    facts, stars = case.facts, int(case.facts["stars"])
    drawn = "★" * stars + "☆" * (STARS[-1] - stars)
    lines = [case.text("rated.text", number=case.number, stars=drawn, meaning=case.text(f"stars.{stars}"))]
    lines += ["", *(_question(case, at, name) for at, name in enumerate(QUESTIONS, 1))]
    if facts.get("asking"):
        lines += ["", case.text("rated.comment.ask")]
    elif facts["commented"]:
        lines += ["", case.text("rated.comment.saved")]
    until = datetime.fromisoformat(facts["expires_at"]).astimezone(case.zone)
    lines += ["", case.text("rated.until", date=case.words.day(until))]
    return "\n".join(lines), _rated_buttons(case, stars)


def _question(case: _Said, at: int, name: str) -> str:
    answer = case.facts[name]
    question = f"{at}. {case.text(f'rated.{name}')}"
    return question if answer is None else f"{question} {case.text('rated.yes' if answer else 'rated.no')}."


def _rated_buttons(case: _Said, stars: int) -> Buttons:
    closure, facts = case.facts["closure_id"], case.facts
    comment = "cancel" if facts.get("asking") else "again" if facts["commented"] else "comment"
    return (
        tuple(Button(_chosen(f"{one} ★", one == stars), f"rate:{closure}:{one}") for one in STARS),
        *(
            tuple(
                Button(
                    _chosen(f"{at}. {case.text('rated.yes' if yes else 'rated.no')}", facts[name] is yes),
                    f"rate:{closure}:{name[0]}{int(yes)}",
                )
                for yes in (True, False)
            )
            for at, name in enumerate(QUESTIONS, 1)
        ),
        (
            Button(
                case.text(f"rated.button.{comment}"), f"rate:{closure}:{'x' if comment == 'cancel' else 'c'}"
            ),
        ),
        (Button(case.text("rated.button.reopen"), f"rate:{closure}:o"),),
    )


def _chosen(text: str, chosen: bool) -> str:
    return f"✓ {text}" if chosen else text


def _over(case: _Said) -> tuple[str, Buttons]:
    return case.text(f"rated.{case.facts['why']}", number=case.number), ()


def _language_ask(case: _Said) -> tuple[str, Buttons]:
    buttons = tuple((Button(_NATIVE[one], f"language:{one}"),) for one in LANGUAGES)
    return case.text("language.ask"), buttons


def _plain(key: str) -> Callable[[_Said], tuple[str, Buttons]]:
    def say(case: _Said) -> tuple[str, Buttons]:
        values = {name: plain_line(str(case.facts.get(name, "")), 320) for name in ("address", "minutes")}
        return case.text(key, number=case.number, **values), ()

    return say


_SAID: Mapping[str, Callable[[_Said], tuple[str, Buttons]]] = {
    "rated": _rated,
    "rating-over": _over,
    "rating-reopened": _plain("rated.reopened"),
    **{f"link-{one}": _plain(f"link.{one}") for one in ("ask", "bad", "sent", "wrong", "over", "limited")},
    "link-done": _plain("link.done"),
    "language-ask": _language_ask,
    "language-set": _plain("language.set"),
}
