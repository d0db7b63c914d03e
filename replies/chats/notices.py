"""Lines of a ticket's history as one message for the staff chat, in the desk's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from replies.chats.events import EVENTS, Telling, line_name
from replies.chats.sayings import Button, Mention, Saying, button_token
from replies.names import plain_text
from storage.tickets import TicketNow
from storage.topics import Moved

__all__ = ["Notices", "line_name"]


class Notices(Telling):
    """Words what has happened."""

    __slots__ = ()

    def saying(
        self, ticket: TicketNow, events: Sequence[Moved], since: datetime, comment: str
    ) -> Saying | None:
        """One message on these lines of the history, None when none of them is worth one.

        `since`: what the card shows is not told when it happened before that. `comment`: what the client
        wrote with his stars.
        """
        lines: list[str] = []
        called: list[str] = []
        answered = {(one.at, one.who) for one in events if one.what == "answered"}
        for event in events:
            if event.what in ("assigned", "taken") and (event.at, event.who) in answered:
                continue  # whoever answers first takes the ticket: his answer stands there
            found = EVENTS.get(event.what)
            if found is None or (found.on_card and event.at <= since):
                continue
            line = found.worded(self, ticket, event)
            if line and line not in lines:
                lines.append(line)
                called += [name for name in found.calls(self, ticket, event) if name not in called]
                if event.what == "rated" and comment:
                    lines.append(self.words.text("staff.notice.comment", comment=plain_text(comment).strip()))
        if not lines:
            return None
        thanked = any(event.what == "thanked" for event in events) and ticket.state == "closed"
        reopen = Button(self.words.text("staff.button.reopen"), f"reopen:{ticket.id}")
        buttons = ((reopen,),) if thanked else ()
        return self._said(lines, called, (*buttons, *self._suggestions(ticket, events)))

    def _suggestions(self, ticket: TicketNow, events: Sequence[Moved]) -> tuple[tuple[Button, ...], ...]:
        """One tap links the client to a company that was suggested; what the button says is checked again."""
        if ticket.client_registered:
            return ()
        found = dict.fromkeys(one.after for one in events if one.what == "company suggested")
        label = self.words.text("staff.button.link")
        return tuple((Button(label, f"link:{ticket.id}:{button_token(one)}"),) for one in found)

    def _said(self, lines: list[str], called: list[str], buttons: tuple[tuple[Button, ...], ...]) -> Saying:
        if called:
            lines = [*lines, ", ".join(called)]
        mentions = tuple(Mention(name, self.people[name]) for name in called if name in self.people)
        return Saying("\n".join(lines), buttons, mentions=mentions)
