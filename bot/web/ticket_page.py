"""`/ticket/{token}`: number, state and promise of a ticket, and never a word of what was written in it."""

from aiohttp import web

from bot.web.answers import DeadLink
from bot.web.link import numbers_in
from bot.web.pages import LANGUAGE, Pages
from bot.web.parts import Parts
from bot.web.standing import Standing, standing
from desk.ticket import State


class TicketPage:
    """Shows where a ticket stands to whoever holds its link (threats 16, 17)."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        self._parts, self._pages = parts, pages

    async def show(self, request: web.Request) -> web.Response:
        """GET and HEAD."""
        said = numbers_in(request, "ticket", self._parts)
        ticket = await standing(said["t"]) if "t" in said else None
        if ticket is None:
            raise DeadLink
        request[LANGUAGE] = ticket.language
        return self._pages.page(
            "ticket",
            ticket.language,
            number=self._parts.number(ticket.ticket_id),
            state=ticket.state,
            level=self._parts.level_title(ticket.level, ticket.language),
            promise=self._promise(ticket),
            deadline=self._parts.moment(ticket.reaction_due_at, ticket.language),
            closed=ticket.state == State.CLOSED,
        )

    def _promise(self, ticket: Standing) -> str | None:
        """The name of the text that says what became of the promise; None while its clock stands still."""
        if ticket.reacted_at is not None:
            return "page.ticket.answered"
        if ticket.state not in (State.NEW, State.OPEN):
            return None
        overdue = self._parts.clock() > ticket.reaction_due_at
        return "page.ticket.overdue" if overdue else "page.ticket.promise"
