"""HTML → text as a reader sees it. Nothing is fetched, and nothing of the markup survives."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_UNSEEN = frozenset(
    {"head", "script", "style", "title", "template", "noscript", "object", "svg", "math", "select"}
)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
    }
    | {"figure", "footer", "form", "header", "hr", "li", "main", "nav", "ol", "section", "table", "tr", "ul"}
)
_PARAGRAPHS = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"})
# Elements whose start does not deepen the tree: void ones, and those that the next of their kind closes.
_FLAT = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
    | {"p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dd", "dt", "option", "o", "w", "v"}
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_MOST_ATTRIBUTES = 1_000
_LONGEST_LINK = 2_000
_DEEPEST_QUOTE = 20  # marks on a line; what is quoted more often looks the same
_RULE = "_" * 32  # as Outlook writes <hr> in plain text; `intake.reply` knows it


def text_of(html: str, deepest: int) -> tuple[str, bool]:
    """Return the visible text of `html`, and whether it was parsed properly.

    Quotations are marked with "> ", links to the web are named behind their text. Markup that nests
    deeper than `deepest`, or has thousands of attributes in one tag, would keep the parser busy for
    minutes (100,000 nested `<div>`: 27 s): it is stripped crudely instead.
    """
    if _is_hard(html, deepest):
        return _crude(html), False
    from selectolax.lexbor import LexborHTMLParser  # late: most mails need no HTML parser

    root = LexborHTMLParser(html).root
    page = _Page(hides="display" in html and "none" in html)
    if root is not None:
        page.walk(root)
    return page.text(), True


def _is_hard(html: str, deepest: int) -> bool:
    for piece in html.split("<"):
        if len(piece) > 2 * _MOST_ATTRIBUTES and len(piece.partition(">")[0].split(None)) > _MOST_ATTRIBUTES:
            return True
    if html.count("<") - html.count("</") <= deepest:
        return False
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _FLAT:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > deepest:
                return True
    return False


def _crude(html: str) -> str:
    """Drop everything between < and >, in one pass."""
    pieces = [html.partition("<")[0]]
    for piece in html.split("<")[1:]:
        tag, closed, after = piece.partition(">")
        name = tag.lstrip("/").partition(" ")[0].lower()
        if closed:
            pieces.append(("\n" if name in _BLOCKS or name in _PARAGRAPHS or name == "br" else "") + after)
    lines = (_SPACE.sub(" ", line).strip() for line in unescape("".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)


class _Page:
    """Collects the lines of a page while its tree is walked."""

    def __init__(self, hides: bool) -> None:
        self._hides = hides
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._preformatted = 0
        self._numbers: list[int] = []  # of the lists that are open; -1 in one without numbers

    def walk(self, root: LexborNode) -> None:
        """Visit the tree without recursion."""
        pending: list[LexborNode | tuple[str, str]] = [root]
        while pending:
            node = pending.pop()
            if isinstance(node, tuple):
                self._leave(*node)
                continue
            if (following := node.next) is not None:
                pending.append(following)
            tag = node.tag or ""
            if tag == "-text":
                self._write(node.text_content or "")
            elif tag not in _UNSEEN and not tag.startswith(("-", "!")) and not self._is_hidden(node):
                pending.append((tag, self._enter(tag, node)))
                if (child := node.child) is not None:
                    pending.append(child)

    def text(self) -> str:
        """Return what was collected; never more than two empty lines in a row, none at the ends."""
        self._end_line()
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(self._lines)).strip("\n")

    def _is_hidden(self, node: LexborNode) -> bool:
        style = (node.attributes.get("style") or "") if self._hides else ""
        return "display:none" in style.replace(" ", "").lower()

    def _enter(self, tag: str, node: LexborNode) -> str:
        """Begin an element; what is returned (a link's address) is given back when it ends."""
        if tag == "br":
            self._end_line(keep_empty=True)
        elif tag == "a":
            return self._link(node)
        elif tag in _PARAGRAPHS:
            self._paragraph(node)
            self._preformatted += tag == "pre"
            self._quotes += tag == "blockquote" and _is_quotation(node)
        elif tag in _BLOCKS:
            self._end_line()
            self._block(tag)
        elif tag in ("td", "th") and self._line:
            self._line.append("\t")
        return "quoted" if tag == "blockquote" and _is_quotation(node) else ""

    def _block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._numbers.append(0 if tag == "ol" else -1)
        elif tag == "hr":
            self._line.append(_RULE)
            self._end_line()
        elif tag == "li":
            numbered = bool(self._numbers) and self._numbers[-1] >= 0
            if numbered:
                self._numbers[-1] += 1
            self._line.append(f"{self._numbers[-1]}. " if numbered else "- ")

    def _leave(self, tag: str, kept: str) -> None:
        # Only the last pieces are searched: a line of 100,000 links shall not take 100,000 times as long.
        if tag == "a" and kept and kept.rstrip("/") not in "".join(self._line[-4:]):
            self._line.append(f" <{kept}>")
        elif tag in _PARAGRAPHS or tag in _BLOCKS:
            self._end_line()
            self._quotes -= kept == "quoted"
            self._preformatted -= tag == "pre"
            if tag in ("ul", "ol") and self._numbers:
                self._numbers.pop()

    def _paragraph(self, node: LexborNode) -> None:
        self._end_line()
        attributes = node.attributes
        style = (attributes.get("style") or "").replace(" ", "").lower()
        # Word and Outlook make every line a paragraph without margins.
        tight = (
            (attributes.get("class") or "").startswith("Mso")
            or "margin:0" in style
            or "margin-top:0" in style
        )
        if self._lines and self._lines[-1].strip("> ") and not tight:
            self._lines.append("> " * min(self._quotes, _DEEPEST_QUOTE))

    @staticmethod
    def _link(node: LexborNode) -> str:
        href = (node.attributes.get("href") or "").strip()
        return href if href.startswith(("http://", "https://")) and len(href) <= _LONGEST_LINK else ""

    def _write(self, text: str) -> None:
        if self._preformatted:
            *whole, last = text.split("\n")
            for line in whole:
                self._line.append(line)
                self._end_line(keep_empty=True)
            self._line.append(last)
        else:
            spaced = _SPACE.sub(" ", text)
            at_start = not self._line or self._line[-1].endswith((" ", "\t"))
            if piece := spaced.removeprefix(" ") if at_start else spaced:
                self._line.append(piece)

    def _end_line(self, keep_empty: bool = False) -> None:
        written = "".join(self._line)
        line = (written if self._preformatted else written.replace("\u00a0", " ").strip(" ")).rstrip()
        self._line = []
        if line or keep_empty or "\u00a0" in written:  # Outlook's empty line is a no-break space
            self._lines.append("> " * min(self._quotes, _DEEPEST_QUOTE) + line)


def _is_quotation(node: LexborNode) -> bool:
    """Say whether a blockquote quotes; Gmail also uses it to indent (`margin:0 0 0 40px;border:none`)."""
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return not ("border:none" in style and style.startswith("margin"))
