"""A posted form, read with bounds on size and time, and what a person filled into the rating form."""

import asyncio
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from desk.rating import STARS

BODY_MOST = 64 * 1024  # bytes; 5,000 characters of any script fit, percent-encoded
BODY_SECONDS = 20.0  # a slow sender holds a connection no longer than this
COMMENT_MOST = 5_000  # characters

_FORM = "application/x-www-form-urlencoded"
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class RatingForm:
    """The rating form as it was sent; `stars` None when none were chosen, an answer None when not given."""

    stars: int | None
    comment: str
    satisfied: bool | None
    recommend: bool | None

    @property
    def mistake(self) -> str | None:
        """The name of the text that says what to put right, or None."""
        if self.stars is None:
            return "page.rating.missing"
        return "page.rating.too-long" if len(self.comment) > COMMENT_MOST else None


def refuse_foreign(request: web.Request, public_url: str) -> None:
    """Raise 403 for a form that another site sends.

    The secret in the address is what protects us; this is the second bolt. `Origin: null` is what browsers
    send from our own page because of its `Referrer-Policy: no-referrer` (Fetch, "append a request Origin
    header"), so it says nothing.
    """
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise web.HTTPForbidden
    origin = request.headers.get("Origin", "null")
    if origin != "null" and _origin(origin) != _origin(public_url):
        raise web.HTTPForbidden


async def posted(request: web.Request) -> Mapping[str, str]:
    """The fields of a posted form; of a repeated one the last.

    Raises 400 for a broken body, 408 for a sender that is too slow, 413 for more than BODY_MOST, and 415 for
    anything but a plain form.
    """
    # No browser packs a form; what is packed may be a bomb, so the server doesn't unpack (see Site).
    if request.content_type != _FORM or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
    except TimeoutError as exc:
        raise web.HTTPRequestTimeout from exc
    except (
        ConnectionError,
        web.RequestPayloadError,
    ) as exc:  # hung up, or broke off in the middle of a chunk
        raise web.HTTPBadRequest from exc
    try:
        # Always UTF-8, as our pages are: the charset that a request claims may be any word at all.
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))
    except ValueError as exc:
        raise web.HTTPBadRequest from exc


def rating_form(fields: Mapping[str, str]) -> RatingForm:
    """What was filled into the rating form. Odd values count as not given."""
    stars = fields.get("stars", "")
    return RatingForm(
        stars=int(stars) if stars in map(str, STARS) else None,
        comment=clean(fields.get("comment", "")),
        satisfied=_ANSWERS.get(fields.get("satisfied", "")),
        recommend=_ANSWERS.get(fields.get("recommend", "")),
    )


def clean(text: str) -> str:
    """A client's text as it can be stored: lines end in LF, no control characters (PostgreSQL bars NUL)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in lines if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url.lower())
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # no address at all, such as http://[
        return ("", "", None)
    return (parts.scheme, parts.hostname or "", port)
