"""What the token in a page's address says, if it is one of ours."""

from collections.abc import Mapping

from aiohttp import web

from bot.web.answers import DeadLink
from bot.web.parts import Parts
from replies.links import BadLink, Purpose, read


def numbers_in(request: web.Request, purpose: Purpose, parts: Parts) -> Mapping[str, int]:
    """The whole numbers that the token says by name. Raises DeadLink for every token that is not good now."""
    try:
        said = read(purpose, request.match_info["token"], parts.secret, parts.clock())
    except BadLink as exc:
        raise DeadLink from exc
    return {name: value for name, value in said.items() if isinstance(value, int)}
