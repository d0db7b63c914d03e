"""What holds for every answer: security headers, and failures told kindly, without a traceback."""

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.pages import Pages
from storage.writer import unavailable

log = structlog.get_logger("bot.web")

HEADERS = {
    # No script, no foreign address, nothing inline: what slips through our escaping still can't run.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address is the key to the page, so no other site may learn it.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class DeadLink(web.HTTPNotFound):
    """A link that leads nowhere. Why is never told apart: forged, expired and unknown look alike."""


async def secure(_: web.Request, response: web.StreamResponse) -> None:
    """Put our headers on an answer. A signal, not a middleware: the framework's own answers get them too."""
    response.headers.update(HEADERS)
    response.headers.pop("Server", None)


def telling_failures(pages: Pages) -> Middleware:
    """The middleware that turns every failure into a page in the reader's language."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as exc:
            if exc.status < web.HTTPBadRequest.status_code:
                raise
            answer = _told(pages, request, exc)
        except Exception as exc:
            if unavailable(exc):
                reason = str(exc) or type(exc).__name__
                log.error("page without database", page=_page(request), reason=reason)
                failure: web.HTTPException = web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
            else:
                log.exception("page failed", page=_page(request))
                failure = web.HTTPInternalServerError()
            answer = _told(pages, request, failure)
        return answer

    return middleware


def _told(pages: Pages, request: web.Request, failure: web.HTTPException) -> web.Response:
    title, text = _texts(failure)
    answer = pages.notice(pages.language_of(request), failure.status, title, text)
    for name in ("Allow", "Retry-After"):
        if name in failure.headers:
            answer.headers[name] = failure.headers[name]
    if failure.status == web.HTTPRequestEntityTooLarge.status_code:
        answer.force_close()  # what is left of the body is not worth reading
    return answer


def _texts(failure: web.HTTPException) -> tuple[str, str]:
    if isinstance(failure, DeadLink):
        return "page.link.title", "page.link.invalid"
    if failure.status == web.HTTPNotFound.status_code:
        return "page.not-found.title", "page.not-found"
    if failure.status >= web.HTTPInternalServerError.status_code:
        return "page.error.title", "page.error"
    return "page.refused.title", "page.refused"


def _page(request: web.Request) -> str:
    """Which page it was, by its pattern: the address itself holds the token, which stays out of logs."""
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical
