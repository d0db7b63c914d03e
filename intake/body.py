"""Which parts of a mail are its text, what they say, and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from intake.limits import Limits
from intake.mime import htmltext
from intake.mime.charsets import decode
from intake.mime.cleaning import readable
from intake.mime.parts import Part

_SHOWN = frozenset({"text/plain", "text/html"})
_BYTES_PER_CHAR = 4
_META_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,40})")
_FLOWED_QUOTE = re.compile(r">(?: ?>)*")  # "> >" is wrong, and common


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail, its files in order, and the keys of what was wrong.

    `texts` are the parts that the text was made of; such a part is in `files` too if it has a file name.
    """

    text: str
    texts: tuple[Part, ...]
    files: tuple[Part, ...]
    defects: tuple[str, ...]


def read(root: Part, limits: Limits) -> Body:
    """Choose and decode the text parts; never raises.

    Plain text is preferred to HTML unless it is empty and the HTML is not (RFC 2046 §5.1.4 asks for the
    last alternative; here the simplest one serves). A part with a file name or marked as an attachment is
    a file, whatever its type; if there is no other text, the first one shown inline is the text as well.
    A text is cut at `limits.text_chars`.
    """
    chosen: list[Part] = []
    files: list[Part] = []
    pending = [root]
    while pending:
        part = pending.pop()
        if part.content_type == "multipart/alternative" and part.children:
            pending.extend(reversed(_alternative(part)))
        elif part.children:
            pending.extend(reversed(part.children))
        elif _is_text(part):
            chosen.append(part)
        elif not part.content_type.startswith("multipart/"):
            files.append(part)
    if not chosen:
        chosen = [part for part in files if part.content_type in _SHOWN and part.disposition != "attachment"][
            :1
        ]
    defects: dict[str, None] = {}
    texts = [text for part in chosen if (text := _text(part, limits, defects)).strip()]
    joined = "\n".join(texts)
    if len(joined) > limits.text_chars:
        defects["text-cut"] = None
    return Body(joined[: limits.text_chars].strip("\n"), tuple(chosen), tuple(files), tuple(defects))


def _is_text(part: Part) -> bool:
    return part.content_type in _SHOWN and part.disposition != "attachment" and not part.file_name


def _alternative(part: Part) -> list[Part]:
    """Return the children of an alternative that are looked at: one form of the text, and every file."""
    texts = [child for child in part.children if _holds(child, "text/plain") or _holds(child, "text/html")]
    plain = [child for child in texts if _holds(child, "text/plain") and not _is_empty(child)]
    html = [child for child in texts if _holds(child, "text/html")]
    best = (plain or html or texts)[:1]
    files = [leaf for child in part.children if child not in best for leaf in _files(child)]
    return best + files


def _holds(part: Part, content_type: str) -> bool:
    """Say whether `part` is, or begins with, a text of that type."""
    while part.children:
        part = part.children[0]
    return part.content_type == content_type and _is_text(part)


def _is_empty(part: Part) -> bool:
    while part.children:
        part = part.children[0]
    return not part.content()[0].strip(b" \t\r\n\xa0\xc2")


def _files(part: Part) -> list[Part]:
    """Return the files below an alternative that was not chosen, such as the pictures of its HTML."""
    found: list[Part] = []
    pending = [part]
    while pending:
        one = pending.pop()
        pending.extend(reversed(one.children))
        if not (one.children or _is_text(one)):
            found.append(one)
    return found


def _text(part: Part, limits: Limits, defects: dict[str, None]) -> str:
    content, sound = part.content()
    if not sound:
        defects["bad-encoding"] = None
    if len(content) > limits.text_chars * _BYTES_PER_CHAR:
        defects["text-cut"] = None
        content = content[: limits.text_chars * _BYTES_PER_CHAR]
    meta = _META_CHARSET.search(content, 0, 2_048) if part.content_type == "text/html" else None
    text = decode(content, part.parameters.get("charset", ""), meta[1].decode("ascii") if meta else "")
    if part.content_type == "text/html":
        if len(text) > limits.html:
            defects["text-cut"] = None
        text, parsed = htmltext.text_of(text[: limits.html], limits.html_depth)
        if not parsed:
            defects["html-too-deep"] = None
        return readable(text)
    text = readable(text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = _reflowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _reflowed(text: str, delsp: bool) -> str:
    """Join what a mailer broke softly (RFC 3676 §4): lines that end in a space, at one depth of quoting."""
    lines: list[list[str]] = []
    open_depth = -1  # of the line before, if it goes on; -1 if it is complete
    for line in text.split("\n"):
        quote = _FLOWED_QUOTE.match(line)
        depth = quote[0].count(">") if quote else 0
        content = line[quote.end() if quote else 0 :].removeprefix(" ")
        is_soft = content.endswith(" ") and content != "-- "
        if open_depth != depth or content == "-- ":
            lines.append([">" * depth + " " if depth else ""])
        lines[-1].append(content[:-1] if is_soft and delsp else content)
        open_depth = depth if is_soft else -1
    return "\n".join("".join(pieces) for pieces in lines)
