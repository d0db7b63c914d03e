"""Which parts of a mail are its text, what they say, and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from intake.limits import Limits
from intake.mime import calendar, htmltext, parts, tnef, uuencode
from intake.mime.charsets import decode
from intake.mime.cleaning import readable
from intake.mime.parts import Part

_SHOWN = frozenset({"text/plain", "text/html"})
# Texts that programs read, or whose markup is the larger part. RFC 2046 §4.1.4: any other unknown kind of
# text is shown as it is, if there is nothing else.
_NOT_SHOWN = frozenset(
    {"text/calendar", "text/css", "text/csv", "text/directory", "text/javascript", "text/rtf", "text/vcard"}
    | {"text/x-vcard", "text/x-amp-html", "text/xml", "text/rfc822-headers", "text/x-moz-deleted"}
)
_WITH_TAGS = frozenset({"text/enriched", "text/richtext"})  # RFC 1896, RFC 1341 §7.1.3
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_PGP_MESSAGE = re.compile(r"\s*-----BEGIN PGP MESSAGE-----")
_MOST_OPENED = 10
_BYTES_PER_CHAR = 4
_META_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,40})")
_FLOWED_QUOTE = re.compile(r">(?: ?>)*")  # "> >" is wrong, and common


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail, its files in order, and the keys of what was wrong.

    `texts` are the parts that the text was made of; such a part is in `files` too if it has a file name.
    `opened` are the files (`winmail.dat`) of which the mail's reader sees what lies in them: `packed`.
    """

    text: str
    texts: tuple[Part, ...]
    files: tuple[Part, ...]
    packed: tuple[Part, ...]
    opened: tuple[Part, ...]
    defects: tuple[str, ...]


def read(root: Part, limits: Limits) -> Body:
    """Choose and decode the text parts; never raises.

    Plain text is preferred to HTML unless it is empty and the HTML is not (RFC 2046 §5.1.4 asks for the
    last alternative; here the simplest one serves). A part with a file name or marked as an attachment is
    a file, whatever its type; if there is no other text, the first one shown inline is the text as well, then
    one of a kind that we do not know, what `winmail.dat` holds, and an invitation's lines. Uuencoded files
    are taken out of plain text. A text is cut at `limits.text_chars`.
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
        chosen = _other_text(files)
    reading = _Reading(limits)
    texts = [text for part in chosen if (text := reading.text(part)).strip()]
    for part in files:
        if part.content_type in _TNEF or part.file_name.lower() == "winmail.dat":
            texts += reading.unpacked(part, is_text_wanted=not texts)
    if not texts:
        invitation = next((part for part in files if part.content_type == "text/calendar"), None)
        chosen = [invitation] if invitation else chosen
        texts = [readable(calendar.text_of(reading.decoded(invitation)))] if invitation else []
    joined = "\n".join(texts)
    if any(map(_is_encrypted, (root, *files))) or _PGP_MESSAGE.match(joined):
        reading.defects["encrypted"] = None
    if len(joined) > limits.text_chars:
        reading.defects["text-cut"] = None
    return Body(
        joined[: limits.text_chars].strip("\n"),
        tuple(chosen),
        (*files, *reading.taken_out),
        tuple(reading.packed),
        tuple(reading.opened),
        tuple(reading.defects),
    )


def _is_encrypted(part: Part) -> bool:
    """Say whether a part can't be read by us (RFC 8551 §3.3, RFC 3156 §4); it is kept as it is.

    One that is merely signed in one piece with its content (`signed-data`) can't be read either.
    """
    kind = part.content_type.removeprefix("application/").removeprefix("x-")
    return kind in ("pgp-encrypted", "multipart/encrypted") or (
        kind == "pkcs7-mime" and part.parameters.get("smime-type", "").lower() != "certs-only"
    )


def _other_text(files: list[Part]) -> list[Part]:
    """Return the file that has to serve as the text when nothing else is there, at most one."""
    inline = [part for part in files if part.disposition != "attachment"]
    named = [part for part in inline if part.content_type in _SHOWN]
    unknown = [
        part
        for part in inline
        if part.content_type.startswith("text/")
        and part.content_type not in _NOT_SHOWN
        and not part.file_name
    ]
    return (named or unknown)[:1]


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


class _Reading:
    """Reads the text parts of one mail, and notes what it finds in them beside the text."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.defects: dict[str, None] = {}
        self.taken_out: list[Part] = []
        self.packed: list[Part] = []
        self.opened: list[Part] = []

    def text(self, part: Part) -> str:
        """Return what a text part says."""
        if part.content_type == "text/html":
            return self._seen(self.decoded(part))
        text = readable(self.decoded(part))
        if part.content_type in _WITH_TAGS:
            text = htmltext.without_tags(text)
        if part.parameters.get("format", "").lower() == "flowed":
            text = _reflowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
        return text

    def decoded(self, part: Part) -> str:
        """Return a text part's letters, without the files that were uuencoded into it."""
        content, sound = part.content()
        if not sound:
            self.defects["bad-encoding"] = None
        if part.content_type == "text/plain" and len(self.taken_out) < self._limits.packed_files:
            content, files = uuencode.taken_out(content)
            self.taken_out += [
                parts.whole(file, "application/octet-stream", decode(name)) for name, file in files
            ]
        if len(content) > self._limits.text_chars * _BYTES_PER_CHAR:
            self.defects["text-cut"] = None
            content = content[: self._limits.text_chars * _BYTES_PER_CHAR]
        meta = _META_CHARSET.search(content, 0, 2_048) if part.content_type == "text/html" else None
        return decode(content, part.parameters.get("charset", ""), meta[1].decode("ascii") if meta else "")

    def unpacked(self, part: Part, is_text_wanted: bool) -> list[str]:
        """Open a `winmail.dat`; return its text if it is wanted and there is one."""
        found = tnef.read(part.content()[0], self._limits) if len(self.opened) < _MOST_OPENED else None
        if found is None:
            return []
        self.opened.append(part)
        self.packed += [
            parts.whole(file.content, file.content_type or "application/octet-stream", file.name)
            for file in found.files
        ]
        text = readable(found.text) if found.text.strip() else self._seen(found.html)
        return [text] if is_text_wanted and text.strip() else []

    def _seen(self, html: str) -> str:
        if len(html) > self._limits.html:
            self.defects["text-cut"] = None
        text, parsed = htmltext.text_of(html[: self._limits.html], self._limits.html_depth)
        if not parsed:
            self.defects["html-too-deep"] = None
        return readable(text)


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
