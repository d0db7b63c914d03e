"""`/rate/{token}`: the stars of a mailed link are shown, and saved on the button alone. GET never writes."""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.web.answers import DeadLink
from bot.web.forms import COMMENT_MOST, RatingForm, posted, rating_form, refuse_foreign
from bot.web.link import numbers_in
from bot.web.pages import LANGUAGE, Pages
from bot.web.parts import Parts
from bot.web.standing import Standing, standing
from desk.rating import STARS, Closure, RatingRefused, accepts_rating
from desk.ticket import State
from replies.verbs.by_client import HOLDER
from storage.closures import ClosureNow, closure_now
from storage.ratings import rate


@dataclass(frozen=True, slots=True)
class _Opened:
    """A good link: the token as it was sent, its closure and ticket, and its star in the mail."""

    token: str
    closure: ClosureNow
    mailed: int | None
    ticket: Standing

    @property
    def address(self) -> str:
        return f"/rate/{quote(self.token, safe='')}"


class RatingPage:
    """Shows the rating form, takes it, and thanks."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        self._parts, self._pages = parts, pages

    async def show(self, request: web.Request) -> web.Response:
        """GET and HEAD: mail scanners open every link, so nothing is written here (promise P8)."""
        opened = await self._open(request)
        if refused := self._refused(opened.closure):
            return self._closed(opened, refused)
        if "saved" in request.query and opened.closure.stars is not None:
            return self._thanks(opened)
        chosen = opened.mailed or opened.closure.stars
        if "change" in request.query:
            chosen = opened.closure.stars or opened.mailed
        closure = opened.closure
        filled = RatingForm(chosen, closure.comment, closure.satisfied, closure.recommend)
        return self._form(opened, filled)

    async def save(self, request: web.Request) -> web.Response:
        """POST: store the rating, then send the browser on to the thanks, which can be reloaded."""
        opened = await self._open(request)
        refuse_foreign(request, self._parts.public_url)
        form = rating_form(await posted(request))
        if refused := self._refused(opened.closure) or await self._store(opened.closure.id, form):
            return self._closed(await self._open(request), refused)
        if form.mistake:
            return self._form(opened, form, status=web.HTTPUnprocessableEntity.status_code)
        raise web.HTTPSeeOther(f"{opened.address}?saved=1")

    async def _open(self, request: web.Request) -> _Opened:
        said = numbers_in(request, "rate", self._parts)
        closure = await closure_now(said["c"]) if "c" in said else None
        ticket = None if closure is None else await standing(closure.ticket_id)
        if closure is None or closure.invited_at is None or ticket is None:
            raise DeadLink
        request[LANGUAGE] = ticket.language
        return _Opened(request.match_info["token"], closure, said.get("s"), ticket)

    def _refused(self, closure: ClosureNow) -> str | None:
        return accepts_rating(Closure(closure.invited_at, closure.withdrawn_at), self._parts.clock())

    async def _store(self, closure_id: int, form: RatingForm) -> str | None:
        if form.mistake or form.stars is None:
            return None
        stars = form.stars

        async def unit() -> str | None:
            return await rate(
                closure_id,
                self._parts.clock(),
                "web",
                HOLDER,
                stars=stars,
                comment=form.comment,
                satisfied=form.satisfied,
                recommend=form.recommend,
            )

        return await self._parts.database.writer.run(unit)

    def _form(self, opened: _Opened, form: RatingForm, status: int = 200) -> web.Response:
        closure = opened.closure
        return self._pages.page(
            "rating",
            opened.ticket.language,
            status,
            action=opened.address,
            number=self._parts.number(closure.ticket_id),
            form=form,
            stars=STARS,
            # Once given, an answer can be turned round but not taken back: storage keeps it then.
            undecided={"satisfied": closure.satisfied is None, "recommend": closure.recommend is None},
            unsaved=form.stars is not None and form.stars != closure.stars,
            mistake=form.mistake if status != web.HTTPOk.status_code else None,
            comment_most=COMMENT_MOST,
        )

    def _thanks(self, opened: _Opened) -> web.Response:
        closure = opened.closure
        until = closure.expires_at
        return self._pages.page(
            "thanks",
            opened.ticket.language,
            number=self._parts.number(closure.ticket_id),
            stars=closure.stars,
            until=None if until is None else self._parts.day(until, opened.ticket.language),
            change=f"{opened.address}?change=1",
        )

    def _closed(self, opened: _Opened, refused: str) -> web.Response:
        # A ticket that was closed anew in the meantime has an invitation of its own; this one is just over.
        again = refused == RatingRefused.WITHDRAWN and opened.ticket.state != State.CLOSED
        text = "page.rating.withdrawn" if again else "page.rating.expired"
        return self._pages.notice(
            opened.ticket.language,
            web.HTTPGone.status_code,
            "page.rating.title",
            text,
            number=self._parts.number(opened.closure.ticket_id),
        )
