"""Renders a letter as text and as HTML: both say the same, because both are made of the same blocks."""

import re
from dataclasses import dataclass
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

# What an agent writes may hold links; the full stop after one is not part of it.
_URL = re.compile(r"https?://[^\s<>\"«»“”]*[^\s<>\"«»“”.,:;!?)\]}’']")
_NOWRAP = Markup('<span style="white-space:nowrap">{}</span>')
_LINK = Markup('<a href="{0}" style="color:#0b5cad">{0}</a>')


@dataclass(frozen=True, slots=True)
class Link:
    """A link that ends a paragraph: in text the sentence that names the address, in HTML the words alone."""

    sentence: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Star:
    """One of the five answers to "how did we do?"."""

    stars: int
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. `written`: an agent's own words, kept line by line; `faint`: not for everybody to read.

    `after`: with what it goes on behind its link.
    """

    lines: tuple[str, ...] = ()
    link: Link | None = None
    stars: tuple[Star, ...] = ()
    written: bool = False
    faint: bool = False
    after: str = ""


def as_text(blocks: tuple[Block, ...]) -> str:
    """The letter as plain text, a blank line between paragraphs."""
    return "\n\n".join(_block_as_text(block) for block in blocks) + "\n"


def as_html(blocks: tuple[Block, ...], *, language: str, title: str, number: str) -> str:
    """The letter as one HTML page without anything remote; `number` is never broken over two lines."""
    sentence = partial(_sentence, number=number)
    template = _templates().get_template("letter.html")
    return template.render(
        blocks=blocks,
        language=language,
        title=title,
        sentence=sentence,
        written=partial(_written, sentence=sentence),
    )


def _block_as_text(block: Block) -> str:
    stars = (f"{'★' * star.stars} {star.words}: {star.url}" for star in block.stars)
    lines = "\n".join([*block.lines, *stars])
    return f"{lines} {block.link.sentence} {block.after}".strip() if block.link else lines


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("replies", "texts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _sentence(text: str, number: str) -> Markup:
    """`text` escaped, each ticket number in it kept on one line."""
    if not number or number not in text:
        return escape(text)
    parts = re.split(rf"(?<!\w)({re.escape(number)})(?!\w)", text)
    return Markup("").join(_NOWRAP.format(part) if part == number else escape(part) for part in parts)


def _written(text: str, sentence: partial[Markup]) -> Markup:
    """A line of an agent's: escaped, its indentation kept, addresses made links."""
    indent = len(text) - len(text.lstrip(" "))
    pieces, at = [Markup("&nbsp;") * indent], indent
    for found in _URL.finditer(text, indent):
        pieces += [sentence(text[at : found.start()]), _LINK.format(found[0])]
        at = found.end()
    return Markup("").join([*pieces, sentence(text[at:])])
