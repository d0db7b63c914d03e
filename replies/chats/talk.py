"""What is said in a client's chat besides letters: questions, his list of requests, a card; with buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.ticket import Numbering
from replies.chats.sayings import Button, Saying
from replies.compose import Desk
from replies.names import plain_line
from replies.received_files import FORMATS, files_told
from replies.wording import Wording

Rows = tuple[tuple[Button, ...], ...]
LABEL = 48  # characters of a button: more is not seen on a phone
_COMMANDS = ("new", "tickets", "link", "language")
_NOT_TAKEN = ("voice", "audio", "video", "sticker", "location", "contact", "poll")


@dataclass(frozen=True, slots=True)
class _Case:
    """One thing to say: in which words, about what, of which ticket (None: of none)."""

    words: Wording
    facts: Mapping[str, Any]
    ticket_id: int | None
    numbering: Numbering
    desk: Desk

    @property
    def number(self) -> str:
        return self.numbering.format(self.ticket_id) if self.ticket_id is not None else ""

    def text(self, key: str, **values: object) -> str:
        return self.words.text(key, number=self.number, **values)

    def state(self, state: str) -> str:
        """A state as one person is told it: pages, which anybody may read, say "you" otherwise."""
        return self.text("card.waiting" if state == "waiting" else f"state.{state}")

    def label(self, ticket: Mapping[str, Any], *, with_state: bool) -> str:
        """A ticket on a button: number, perhaps state, subject."""
        parts = [self.numbering.format(int(ticket["id"]))]
        if with_state:
            parts.append(self.state(str(ticket["state"])))
        parts.append(plain_line(str(ticket["subject"])))
        label = " · ".join(part for part in parts if part)
        return label if len(label) <= LABEL else label[: LABEL - 1].rstrip() + "…"


def talked(
    kind: str,
    words: Wording,
    facts: Mapping[str, Any],
    ticket_id: int | None,
    numbering: Numbering,
    desk: Desk,
) -> tuple[Saying, ...] | None:
    """What a delivery of that kind says in a chat; None for a kind that is worded elsewhere.

    help, new, details-done, escalated, put-on, group: nothing more. tickets, which, continued: tickets [{id,
    subject, state}]. chosen: waiting (how many messages), closed. detail, detail-skipped: asks (what |
    product | version | steps). cannot-take: what. not-kept: declined, as in a confirmation. card: subject,
    state, level, due_at, reacted, can_reopen, escalated. `edits`, which may be missing everywhere: the
    message that becomes this.

    Raises KeyError for a missing fact.
    """
    if kind not in _TALK:
        return None
    text, buttons = _TALK[kind](_Case(words, facts, ticket_id, numbering, desk))
    edits = facts.get("edits")
    return (Saying(text, buttons, edits=None if edits is None else int(edits)),)


def _plain(key: str) -> Callable[[_Case], tuple[str, Rows]]:
    return lambda case: (case.text(key), ())


def _help(case: _Case) -> tuple[str, Rows]:
    lines = [case.text("help.command", command=one, does=case.text(f"menu.{one}")) for one in _COMMANDS]
    return "\n".join([case.text("help.text"), "", *lines]), ()


def _tickets(case: _Case) -> tuple[str, Rows]:
    tickets = case.facts["tickets"]
    if not tickets:
        return case.text("tickets.none"), ()
    rows = tuple((Button(case.label(one, with_state=True), f"ticket:card:{one['id']}"),) for one in tickets)
    return case.text("tickets.list"), rows


def _where(key: str) -> Callable[[_Case], tuple[str, Rows]]:
    def say(case: _Case) -> tuple[str, Rows]:
        tickets: Sequence[Mapping[str, Any]] = case.facts["tickets"]
        newest = case.numbering.format(int(tickets[0]["id"]))
        rows = [(Button(case.label(one, with_state=False), f"to:{one['id']}"),) for one in tickets]
        rows.append((Button(case.text("which.button.new"), "to:0"),))
        return case.words.text(key, number=newest), tuple(rows)

    return say


def _chosen(case: _Case) -> tuple[str, Rows]:
    if case.ticket_id is None:
        return case.text("chosen.new" if case.facts["waiting"] else "new.text"), ()
    if case.facts.get("closed"):
        return case.text("chosen.reopened"), ()
    return case.text("chosen.ticket" if case.facts["waiting"] else "chosen.next"), ()


def _detail(case: _Case) -> tuple[str, Rows]:
    asks = str(case.facts["asks"])
    skip = Button(case.text("detail.skip"), f"skip:{case.ticket_id}:{asks}")
    return case.text(f"detail.{asks}"), ((skip,),)


def _skipped(case: _Case) -> tuple[str, Rows]:
    return "\n".join([case.text(f"detail.{case.facts['asks']}"), case.text("detail.skipped")]), ()


def _cannot_take(case: _Case) -> tuple[str, Rows]:
    what = str(case.facts["what"])
    formats = case.words.formats(FORMATS)
    said = case.text(f"cannot-take.{what if what in _NOT_TAKEN else 'other'}")
    return " ".join([said, case.text("cannot-take.instead", formats=formats)]), ()


def _not_kept(case: _Case) -> tuple[str, Rows]:
    return "\n\n".join(files_told(case.words, case.facts, case.desk.largest_screenshot)), ()


def _group(case: _Case) -> tuple[str, Rows]:
    return case.text("group.text", address=case.desk.address), ()


def _card(case: _Case) -> tuple[str, Rows]:
    words, facts, state = case.words, case.facts, str(case.facts["state"])
    level = case.desk.levels.get(str(facts["level"]))
    title = level.title(words.language, case.desk.default_language) if level else str(facts["level"])
    lines = [
        " · ".join(filter(None, (case.number, plain_line(str(facts["subject"]))))),
        case.text("page.ticket.state", state=case.state(state)),
        case.text("page.ticket.level", level=words.quotable(title)),
    ]
    if facts["reacted"]:
        lines.append(case.text("card.answered"))
    elif state != "closed":
        due_at = datetime.fromisoformat(facts["due_at"])
        lines.append(case.text("page.ticket.promise", deadline=words.deadline(due_at, case.desk.timezone)))
    if facts["escalated"] and state != "closed":
        lines.append(case.text("card.escalated"))
    return "\n".join(lines), _card_buttons(case, state)


def _card_buttons(case: _Case, state: str) -> Rows:
    number = case.ticket_id
    if state == "closed":
        reopen = Button(case.text("card.button.reopen"), f"ticket:reopen:{number}")
        return ((reopen,),) if case.facts["can_reopen"] else ()
    verbs = [
        Button(case.text("card.button.add"), f"to:{number}"),
        Button(case.text("card.button.solved"), f"ticket:solved:{number}"),
    ]
    escalate = Button(case.text("card.button.escalate"), f"ticket:escalate:{number}")
    return (tuple(verbs),) if case.facts["escalated"] else (tuple(verbs), (escalate,))


_TALK: Mapping[str, Callable[[_Case], tuple[str, Rows]]] = {
    "help": _help,
    "new": _plain("new.text"),
    "tickets": _tickets,
    "which": _where("which.text"),
    "continued": _where("continued.text"),
    "chosen": _chosen,
    "put-on": _plain("put-on.text"),
    "detail": _detail,
    "detail-skipped": _skipped,
    "details-done": _plain("details-done.text"),
    "cannot-take": _cannot_take,
    "not-kept": _not_kept,
    "card": _card,
    "escalated": _plain("escalated.text"),
    "group": _group,
}
