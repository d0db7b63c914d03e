"""An Authentication-Results field → what its server found (RFC 8601 §2.2); one malformed says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Each alternative begins with another character, so none can backtrack for long.
_OUTSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|[();]|[^"();]+')
_IN_COMMENT = re.compile(r"[()]|(?:[^()\\]|\\.)+")
_VALUE = r'(?:"(?:[^"\\]|\\.)*"|[^\s"])+'
_SERVER = re.compile(rf"\s*({_VALUE})(?:\s+\d+)?\s*")
_METHOD = re.compile(r"\s*([a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?![\w.-])", re.IGNORECASE)
_PROPERTY = re.compile(rf"\s*([\w-]+(?:\s*\.\s*[\w-]+)?)\s*=\s*({_VALUE})")
_OTHER = re.compile(rf"\s*{_VALUE}")
_QUOTED_PAIR = re.compile(r"\\(.)")

# The property that names what a method has vouched for, the best one first (RFC 8601 §2.7).
_IDENTIFIERS = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.from"),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one method found: `domain` is the one that it speaks of, empty when it was not told."""

    method: str
    result: str
    domain: str = ""

    def __str__(self) -> str:
        return f"{self.method}={self.result}" + (f" of {self.domain}" if self.domain else "")


def findings(field: str, authserv_id: str) -> tuple[Finding, ...]:
    """What the server `authserv_id` found by SPF, DKIM and DMARC; nothing when the field is another's.

    `field`: the value of an Authentication-Results field, unfolded. Comments may stand anywhere, nested;
    versions and unknown methods are passed over. An SPF result that speaks of the HELO name alone is left
    out: it says nothing of a sender (RFC 7489 §3.1.2).
    """
    sections = _sections(field)
    server = _SERVER.fullmatch(sections[0]) if sections else None
    if server is None or not authserv_id or _unquoted(server[1]).lower() != authserv_id.lower():
        return ()
    return tuple(found for section in sections[1:] for found in _found(section))


def domain_of(value: str) -> str:
    """The domain of an address or a bare one, in lower case and ASCII (RFC 5890); empty if it is none."""
    domain = _unquoted(value).strip(" <>").rpartition("@")[2].rstrip(".").lower()
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _sections(field: str) -> list[str]:
    """The parts between semicolons, comments as white space; none when quotes or comments are left open."""
    sections, depth, position = [""], 0, 0
    while position < len(field):
        token = (_IN_COMMENT if depth else _OUTSIDE).match(field, position)
        if token is None:
            return []
        position = token.end()
        match token[0]:
            case "(":
                depth += 1
                sections[-1] += " "
            case ")":
                depth -= 1
                if depth < 0:
                    return []
            case ";" if not depth:
                sections.append("")
            case text if not depth:
                sections[-1] += text
    return [] if depth else sections


def _found(section: str) -> Iterator[Finding]:
    method = _METHOD.match(section)
    if method is None or method[1].lower() not in _IDENTIFIERS:
        return
    name, said = method[1].lower(), dict(reversed(list(_properties(section, method.end()))))
    identifiers = [said[key] for key in _IDENTIFIERS[name] if key in said]
    if name == "spf" and not identifiers and "smtp.helo" in said:
        return
    yield Finding(name, method[2].lower(), domain_of(identifiers[0]) if identifiers else "")


def _properties(section: str, position: int) -> Iterator[tuple[str, str]]:
    while position < len(section):
        found = _PROPERTY.match(section, position)
        if found:
            yield re.sub(r"\s", "", found[1]).lower(), found[2]
        passed = found or _OTHER.match(section, position)
        if passed is None:
            return
        position = passed.end()


def _unquoted(value: str) -> str:
    return _QUOTED_PAIR.sub(r"\1", value.replace('"', "")) if '"' in value else value
