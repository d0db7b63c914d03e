"""Pages as HTML: the templates, filled in the reader's language, and which language that is."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.web.parts import Parts
from replies.languages import LANGUAGES

LANGUAGE = web.RequestKey("language", str)  # of the client whose link it is, once that is known

_TEMPLATES = Path(__file__).parent / "templates"
_NUMBER = "\ufdd0"  # a noncharacter: it can't be in any text of ours
_CHOICE = re.compile(r"\s*([a-zA-Z]{1,8})[-a-zA-Z0-9]*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")


class Pages:
    """Renders the templates."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["desk"] = parts.desk_name

    def page(self, name: str, language: str, status: int = 200, **values: Any) -> web.Response:
        """The template `name`.html as an answer. `values` are escaped; none of them may be HTML."""
        spoken = self._parts.languages.resolve(language)
        html = self._environment.get_template(f"{name}.html").render(
            values, language=spoken, t=_Texts(self._parts, spoken)
        )
        return web.Response(text=html, content_type="text/html", charset="utf-8", status=status)

    def notice(
        self, language: str, status: int, title: str, text: str, *, number: str | None = None
    ) -> web.Response:
        """A page that just says something: `title` and `text` are names of texts, `number` a ticket's."""
        return self.page("notice", language, status, title=title, text=text, number=number)

    def language_of(self, request: web.BaseRequest) -> str:
        """The reader's language: his ticket's if known, else what his browser asks for, else the desk's."""
        known: str | None = request.get(LANGUAGE)
        if known is not None:
            return known
        wanted = accepted(request.headers.getall("Accept-Language", []))
        return next((name for name in wanted if name in LANGUAGES), self._parts.default_language)


class _Texts:
    """The texts of one language, for a template."""

    def __init__(self, parts: Parts, language: str) -> None:
        self._languages, self._language = parts.languages, language

    def __call__(self, key: str, **values: object) -> str:
        return self._languages.text(self._language, key, **values)

    def plural(self, key: str, n: int, **values: object) -> str:
        return self._languages.plural(self._language, key, n, **values)

    def numbered(self, key: str, number: str) -> Markup:
        """A text with a ticket's number, which keeps its hyphen and yet is not broken at it (style.md)."""
        before, mark, after = str(escape(self(key, number=_NUMBER))).partition(_NUMBER)
        shown = f'<span class="number">{escape(number)}</span>' if mark else ""
        return Markup(before + shown + after)  # noqa: S704 - each piece was escaped above


def accepted(headers: Sequence[str]) -> list[str]:
    """The languages of Accept-Language headers without their regions, best first (RFC 9110, 12.5.4)."""
    weighed: list[tuple[float, str]] = []
    for choice in ",".join(headers)[:1000].split(","):
        if match := _CHOICE.fullmatch(choice):
            weighed.append((float(match[2] or 1), match[1].lower()))
    weighed.sort(key=lambda choice: -choice[0])
    return [language for weight, language in weighed if weight > 0]
