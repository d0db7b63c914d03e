"""Address fields → addresses, strictly: what two readers could read in two ways is no address for us.

The standard library of unpatched Pythons reads `victim@example.org(<me@example.net>` as the victim's
(CVE-2023-27043), and a reply would go there. Who wrote a mail is therefore decided here, by RFC 5322 §3.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from intake.mime.charsets import decode
from intake.mime.cleaning import one_line
from intake.mime.headers import Headers, decode_words

# An encoded word is one token whatever stands in it (RFC 2047 §5): what it decodes to is never syntax.
_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)
    |(?P<word>=\?[^?\s"]+\?[bBqQ]\?[^?\s"]*\?=)
    |(?P<quoted>"(?:[^"\\]|\\.)*")
    |(?P<literal>\[[^\[\]\\]*\])
    |(?P<pair>\\.)
    |(?P<special>[<>,:;@()])
    |(?P<atom>[^\s<>,:;@()\[\]"\\\x00-\x1f\x7f]+)""",
    re.VERBOSE,
)
# What looks like an address anywhere in a field, for finding out whether there is more than one.
_LOOKS = re.compile(r'[^\s<>,:;@()\[\]"\\]+@[^\s<>,:;@()\[\]"\\]+')
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})*\.?")
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in lower case and the cleaned name beside it; both may be empty."""

    address: str
    name: str


NOBODY = Mailbox("", "")


def sender(headers: Headers, hint: str = "") -> Mailbox:
    """Return whose mail this is by From alone; the address is empty when it is missing or ambiguous.

    Ambiguous are: several From fields that differ, two addresses, a group, unbalanced quotes, brackets or
    comments around more than one address. Reply-To and Sender never count (promises 14).
    """
    found = [_only_mailbox(decode(raw, hint=hint)) for raw in headers.raw_all("from")]
    if not found or len({one.address for one in found}) != 1:
        return NOBODY
    return found[0]


def claimed(headers: Headers, hint: str = "") -> Mailbox:
    """Return the first usable address in From with its name, for showing where `sender` finds none.

    RFC 5322 §3.6.2 allows several authors; who of them is the client, a person has to say.
    """
    for raw in headers.raw_all("from"):
        text = decode(raw, hint=hint)
        for box in _mailboxes(text) or map(_only_mailbox, text.split(",", _MOST_LISTED)):
            if is_usable(box.address):
                return box
    return NOBODY


def listed(headers: Headers, name: str, hint: str = "") -> tuple[str, ...]:
    """Return the addresses in a To or Cc field, in order, in lower case, for showing; at most 100."""
    seen: dict[str, None] = {}
    for raw in headers.raw_all(name):
        text = decode(raw, hint=hint)
        boxes = _mailboxes(text)
        found = [box.address for box in boxes] if boxes is not None else _LOOKS.findall(text)
        seen.update((address.lower(), None) for address in found if is_usable(address))
    return tuple(seen)[:_MOST_LISTED]


def is_usable(address: str) -> bool:
    """Say whether mail can be sent to `address`: a dot-atom at a domain name, within RFC 5321's lengths."""
    local, at, domain = address.rpartition("@")
    return bool(
        at
        and len(address) <= 254
        and _LOCAL.fullmatch(local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and _DOMAIN.fullmatch(domain)
    )


def _only_mailbox(text: str) -> Mailbox:
    boxes = _mailboxes(text)
    if boxes is not None:
        if len(boxes) != 1:
            return NOBODY
        if is_usable(boxes[0].address) or not boxes[0].address:
            return boxes[0]
    # Wrong syntax, as in `a@example.org <a@example.org>` or `Anna a@example.org`: harmless if there is but
    # one address to be read (";" ends a group, whose members are recipients and never a sender).
    looks = {one.lower().strip(".'") for one in _LOOKS.findall(text)}
    if len(looks) != 1 or text.count("@") != len(_LOOKS.findall(text)) or ";" in text:
        return NOBODY
    address = looks.pop()
    name = re.split(r"[<(]", text)[0] if "<" in text else _LOOKS.sub("", text)
    return Mailbox(address, _name(name)) if is_usable(address) else NOBODY


def _mailboxes(text: str) -> list[Mailbox] | None:
    """Parse a mailbox list by RFC 5322 §3.4; None when the syntax is wrong or a group occurs.

    An element without any address is part of a name with an unquoted comma (`Doe, John <a@example.org>`).
    """
    tokens = _tokens(text)
    if tokens is None:
        return None
    boxes: list[Mailbox] = []
    prefix = ""
    for element in _elements(tokens):
        words = prefix + "".join(value for _, value in element)
        if not any(kind == "special" for kind, _ in element):
            prefix = f"{words.strip()}, " if words.strip() else prefix
            continue
        box = _mailbox(element, prefix)
        if box is None:
            return None
        boxes.append(box)
        prefix = ""
    # What is left over belongs to no address: `a@example.org, "b@example.net"` may mean either.
    return None if prefix and boxes else boxes


def _mailbox(element: list[tuple[str, str]], prefix: str) -> Mailbox | None:
    """Read `local@domain (name)`, `name <local@domain>` or `name <>`; None for anything else, as a group."""
    kinds = "".join(
        value if kind == "special" else "c" if kind == "comment" else "w" for kind, value in element
    )
    specials = kinds.replace("w", "").replace("c", "")
    comments = " ".join(value for kind, value in element if kind == "comment")
    bare = [(kind, value) for kind, value in element if kind != "comment"]
    if specials == "@":
        return Mailbox(_address(bare), _name(comments))
    if specials in ("<@>", "<>"):
        opening = bare.index(("special", "<"))
        closing = bare.index(("special", ">"))
        if any(kind != "space" for kind, _ in bare[closing + 1 :]):
            return None
        name = "".join(value for _, value in bare[:opening])
        return Mailbox(_address(bare[opening + 1 : closing]), _name(prefix + name) or _name(comments))
    return None


def _address(tokens: Iterable[tuple[str, str]]) -> str:
    """Join an address; white space inside it survives and makes it unusable. Needless quotes go."""
    text = "".join(value for _, value in tokens).strip()
    local, at, domain = text.rpartition("@")
    bared = local[1:-1] if len(local) > 2 and local[0] == local[-1] == '"' else local
    return (bared + at + domain.rstrip(".")).lower()


def _name(text: str) -> str:
    """Return a display name without quotes, decoded (also within quotes, as many mailers send it)."""
    unquoted = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda quoted: re.sub(r"\\(.)", r"\1", quoted[1]), text)
    return one_line(decode_words(unquoted), 200)


def _elements(tokens: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    elements: list[list[tuple[str, str]]] = [[]]
    for token in tokens:
        if token == ("special", ","):
            elements.append([])
        else:
            elements[-1].append(token)
    return elements


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Split a field into tokens, nested comments as one each; None when quotes or comments don't close."""
    tokens: list[tuple[str, str]] = []
    comment: list[str] = []
    depth = position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            return None
        kind, value = match.lastgroup, match[0]
        position = match.end()
        if value == "(" or (value == ")" and depth):
            depth += 1 if value == "(" else -1
            if depth > (value == "("):
                comment.append(value)
            elif depth == 0:
                tokens.append(("comment", "".join(comment)))
                comment = []
        elif depth:
            comment.append(value[1:] if kind == "pair" else value)
        elif value == ")" or kind == "pair":
            return None
        else:
            tokens.append((kind, value))
    return None if depth else tokens
