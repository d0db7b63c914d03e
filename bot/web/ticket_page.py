"""`/ticket/{token}`: number, state and promise of a ticket, never a word of what was written in it.

Whoever holds the link may turn to the head of support and reopen it, by buttons alone: GET never writes.
"""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.web.answers import DeadLink
from bot.web.forms import posted, refuse_foreign
from bot.web.link import numbers_in
from bot.web.pages import LANGUAGE, Pages
from bot.web.parts import Parts
from desk.ticket import State
from replies.verbs import by_client
from storage.asked import AskedFor, asked_for
from storage.tickets import TicketNow, ticket_now

ESCALATE, REOPEN = "escalate", "reopen"  # what the buttons ask for


@dataclass(frozen=True, slots=True)
class _Opened:
    """A good link: the token as it was sent, and how its ticket stands."""

    token: str
    ticket: TicketNow
    asked: AskedFor

    @property
    def address(self) -> str:
        return f"/ticket/{quote(self.token, safe='')}"


class TicketPage:
    """Shows where a ticket stands to whoever holds its link (threats 16, 17), and takes what he asks for."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        self._parts, self._pages = parts, pages

    async def show(self, request: web.Request) -> web.Response:
        """GET and HEAD: mail scanners open every link, so nothing is written here (promise P8)."""
        opened = await self._open(request)
        ticket, asked, now = opened.ticket, opened.asked, self._parts.clock()
        reopened = asked.reopened_at if ticket.state != State.CLOSED else None
        if reopened is not None and now - reopened >= by_client.ESCALATES_AGAIN:
            reopened = None  # it is no news any more
        escalated = asked.escalated_at if by_client.lately_escalated(asked, now) else None
        return self._pages.page(
            "ticket",
            ticket.language,
            action=opened.address,
            number=self._parts.number(ticket.id),
            state=ticket.state,
            level=self._parts.level_title(ticket.level, ticket.language),
            promise=self._promise(ticket),
            deadline=self._parts.moment(ticket.reaction_due_at, ticket.language),
            closed=ticket.state == State.CLOSED,
            reopened=reopened and self._parts.moment(reopened, ticket.language),
            escalated=escalated and self._parts.moment(escalated, ticket.language),
            can_reopen=asked.served and by_client.may_reopen(ticket, now, self._parts.reopen_days),
            can_escalate=asked.served and by_client.may_escalate(ticket, asked, now),
        )

    async def ask(self, request: web.Request) -> web.Response:
        """POST: do what a button asks for, then send the browser on to the page, which says what came of it.

        Pressing twice, or where it can't be done any more, changes nothing. Raises 400 for anything else.
        """
        opened = await self._open(request)
        refuse_foreign(request, self._parts.public_url)
        wanted = (await posted(request)).get("ask")
        if wanted not in (ESCALATE, REOPEN):
            raise web.HTTPBadRequest
        ticket_id, now = opened.ticket.id, self._parts.clock()

        async def unit() -> bool:
            ticket = await ticket_now(ticket_id)
            if ticket is None:
                return False
            if wanted == ESCALATE:
                return await by_client.escalate(ticket, by_client.HOLDER, now)
            days, timing = self._parts.reopen_days, self._parts.timing
            return await by_client.take_up_again(ticket, by_client.HOLDER, days, now, timing)

        await self._parts.database.writer.run(unit)
        raise web.HTTPSeeOther(opened.address)

    async def _open(self, request: web.Request) -> _Opened:
        said = numbers_in(request, "ticket", self._parts)
        ticket = await ticket_now(said["t"], locked=False) if "t" in said else None
        if ticket is None:
            raise DeadLink
        request[LANGUAGE] = ticket.language
        return _Opened(request.match_info["token"], ticket, await asked_for(ticket.id))

    def _promise(self, ticket: TicketNow) -> str | None:
        """The name of the text that says what became of the promise; None while its clock stands still."""
        if ticket.reacted_at is not None:
            return "page.ticket.answered"
        if ticket.state not in (State.NEW, State.OPEN):
            return None
        overdue = self._parts.clock() > ticket.reaction_due_at
        return "page.ticket.overdue" if overdue else "page.ticket.promise"
