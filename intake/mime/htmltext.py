"""HTML → text as a reader sees it. Nothing is fetched, and nothing of the markup survives."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from intake.mime import htmlelements as elements
from intake.quoting import html as quoting

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
_MOST_SIGNATURES = 20
_DEEPEST_QUOTE = 20  # marks on a line; what is quoted more often looks the same
_LONGEST_CELL = 200
_CELL_END = " | "
_RULE = "_" * 32  # as Outlook writes <hr> in plain text; `intake.reply` knows it


def text_of(html: str, deepest: int) -> tuple[str, bool]:
    """Return the visible text of `html`, and whether it was parsed properly.

    Quotations are marked with "> ", links to the web are named behind their text, pictures by what they are
    said to show; the cells of a row stand on one line as long as each has but one. Markup that nests
    deeper than `deepest`, or has thousands of attributes in one tag, would keep the parser busy for
    minutes (100,000 nested `<div>`: 27 s): it is stripped crudely instead.
    """
    if _is_hard(html, deepest):
        return _crude(html), False
    from selectolax.lexbor import LexborHTMLParser  # late: most mails need no HTML parser

    root = LexborHTMLParser(html).root
    page = _Page(hides=elements.may_hide(html), marked=quoting.is_marked(html))
    if root is not None:
        page.walk(root)
    return page.text(), True


def without_tags(text: str) -> str:
    """Return a text of the simple kinds (RFC 1896) without its tags; "<<" stands for a bracket."""
    return _crude(text.replace("<<", "&lt;"))


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

    def __init__(self, hides: bool, marked: bool) -> None:
        self._hides = hides
        self._marked = marked  # there may be what `intake.quoting.html` knows
        self._signatures = _MOST_SIGNATURES  # that are looked at yet
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._preformatted = 0
        self._numbers: list[int] = []  # of the lists that are open; -1 in one without numbers
        self._cells: list[int] = []  # where the cells begin that are open, as numbers of lines
        self._ended_cell = -1  # where the cell begins that has just ended, if it is one line

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
            elif (
                tag not in _UNSEEN
                and not tag.startswith(("-", "!"))
                and not (self._hides and elements.is_hidden(node))
            ):
                pending.append((tag, self._enter(tag, node)))
                if (child := node.child) is not None:
                    pending.append(child)

    def text(self) -> str:
        """Return what was collected; never more than two empty lines in a row, none at the ends."""
        self._end_line()
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(self._lines)).strip("\n")

    def _enter(self, tag: str, node: LexborNode) -> str:
        """Begin an element; what is returned (a link's address) is given back when it ends."""
        quoted = (tag == "blockquote" or (self._marked and tag in _BLOCKS)) and quoting.is_quotation(node)
        if self._marked and not self._quotes:
            self._announce(node)
        if tag == "br":
            self._end_line(keep_empty=True)
        elif tag == "a":
            return elements.web_link(node)
        elif tag in _PARAGRAPHS:
            self._paragraph(node)
            self._preformatted += tag == "pre"
        elif tag in _BLOCKS:
            self._end_line()
            self._block(tag)
        elif tag in ("td", "th"):
            self._enter_cell()
        elif tag == "img" and (words := elements.picture(node)):
            self._write(words)
        self._quotes += quoted
        return "quoted" if quoted else ""

    def _announce(self, node: LexborNode) -> None:
        """Write down what only the markup says: that an old mail begins here, or a signature."""
        if quoting.begins_old_mail(node):
            self._end_line()
            if "".join(self._lines[-1:]) != _RULE:
                self._lines.append(_RULE)
        elif self._signatures and quoting.is_signature(node):
            self._signatures -= 1
            if not quoting.lacks_delimiter(node):
                return
            self._end_line()
            self._lines.append("-- ")

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
        if tag == "a":
            if kept and elements.without_protocol(kept) not in "".join(self._line[-4:]):
                self._line.append(f" ({kept})")
        elif tag in ("td", "th"):
            self._leave_cell()
        elif tag in _PARAGRAPHS or tag in _BLOCKS:
            if tag in ("tr", "table"):
                self._end_row()
            self._end_line()
            self._quotes -= kept == "quoted"
            self._preformatted -= tag == "pre"
            if tag in ("ul", "ol") and self._numbers:
                self._numbers.pop()

    def _enter_cell(self) -> None:
        """Go on behind the cell before, if that was one line."""
        if self._line:
            self._line.append(_CELL_END)
        elif 0 <= self._ended_cell == len(self._lines) - 1:
            line = self._lines.pop().removeprefix(self._mark())
            self._line = [line, _CELL_END] if line.strip() else []
        self._ended_cell = -1
        self._cells.append(len(self._lines))

    def _leave_cell(self) -> None:
        start = self._cells.pop() if self._cells else len(self._lines)
        is_line = not self._line and len(self._lines) == start + 1 and len(self._lines[-1]) <= _LONGEST_CELL
        self._ended_cell = start if is_line else -1

    def _end_row(self) -> None:
        while self._line and self._line[-1] is _CELL_END:
            self._line.pop()
        self._ended_cell = -1

    def _mark(self) -> str:
        return "> " * min(self._quotes, _DEEPEST_QUOTE)

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
            self._lines.append(self._mark())

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
        if len(self._line) > 1 and self._line[-1] is _CELL_END and not keep_empty:
            return  # a paragraph begins in the cell
        written = "".join(self._line)
        line = (written if self._preformatted else written.replace("\u00a0", " ").strip(" ")).rstrip()
        self._line = []
        if line or keep_empty or "\u00a0" in written:  # Outlook's empty line is a no-break space
            self._lines.append(self._mark() + line)
