"""Whether the desk's receiving server found a mail to be spam, by the header fields that it added.

Anybody can write such fields, and other people's servers do. So they are believed only when the
configuration names the receiving server (its authserv-id, RFC 8601 §2.5), and only

* where that server put them: above the lowest of the Received fields that it wrote itself. Trace fields are
  added at the top (RFC 5321 §4.4), so what the sender wrote, and what his own servers found, stands below;
* or, for filters that append at the end of the header (milters, Exchange), when the filter names the very
  server in a field of its own. A sender can forge that, and gains that his own mail is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.mime.headers import Headers


@dataclass(frozen=True, slots=True)
class _Told:
    """A field that says "spam" by matching `pattern`; `named_in` is where its writer names himself."""

    name: str
    pattern: re.Pattern[str]
    named_in: tuple[str, ...] = ()


def _told(name: str, pattern: str, *named_in: str) -> _Told:
    return _Told(name, re.compile(pattern, re.IGNORECASE), named_in)


_RSPAMD = ("x-rspamd-server",)
_SPAMASSASSIN = ("x-spam-checker-version",)
_EXCHANGE = ("x-ms-exchange-organization-authsource", "x-ms-exchange-crosstenant-authsource")
_FOREFRONT = r"(?:.*;)?\s*(?:SFV:(?:SPM|SKB|SKS)|CAT:(?:SPM|HSPM|PHSH|HPHISH|HPHSH|MALW))\s*(?:;|$)"

_FIELDS = (
    # Rspamd, module milter_headers. "add header" and beyond are its verdicts on spam; greylisting is none.
    _told("x-rspamd-action", r"(?:add header|rewrite subject|reject|quarantine)\b", *_RSPAMD),
    _told("x-spamd-result", r"[^:]*: True\b", *_RSPAMD),
    _told("x-spam", r"yes\b", *_RSPAMD),
    # SpamAssassin (Mail::SpamAssassin::Conf, add_header), and amavis with the same names.
    _told("x-spam-flag", r"yes\b", *_SPAMASSASSIN, *_RSPAMD),
    _told("x-spam-status", r"yes\b", *_SPAMASSASSIN, *_RSPAMD),
    # Exchange: [MS-OXCMAIL] 2.2.3.2.21, 5 and above go to the junk folder; Microsoft 365's own report.
    _told("x-ms-exchange-organization-scl", r"(?:[5-9]|10)$", *_EXCHANGE),
    _told("x-forefront-antispam-report", _FOREFRONT, *_EXCHANGE),
    # Google Workspace, when it hands mail on to a server of one's own.
    _told("x-gm-spam", r"1$"),
    _told("x-gm-phishy", r"1$"),
    # Yandex: 1 is ordinary mail, 4 is spam.
    _told("x-yandex-spam", r"4$"),
)  # fmt: skip

_BY = re.compile(r"(?:^|[\s)])by\s+([^\s;()]+)", re.IGNORECASE)
_FROM = re.compile(r"\s*from\s", re.IGNORECASE)
_LOOPBACK = ("localhost", "127.0.0.1", "[127.0.0.1]", "::1", "[::1]")


def verdict(headers: Headers, trusted_authserv_id: str) -> str | None:
    """Return the field by which the trusted server called the mail spam, None if it did not.

    `trusted_authserv_id`: its host name, or a domain that all its hosts' names end with (`yandex.net`);
    empty when the desk trusts nobody.
    """
    trusted = trusted_authserv_id.strip().lower().rstrip(".")
    if not trusted:
        return None
    for name, value in _added(headers, trusted):
        for told in _FIELDS:
            if told.name == name and told.pattern.match(value):
                return f"{name}: {value}"
    return None


def _added(headers: Headers, trusted: str) -> Iterator[tuple[str, str]]:
    """The fields that the trusted server added, by their place or by their writer's name."""
    fields = [(name, raw.decode("ascii", errors="replace").strip()) for name, raw in headers.fields()]
    end = _trusted_end(fields, trusted)
    yield from fields[:end]
    writers = {name for name, value in fields[end:] if _names(value, trusted)}
    known = {told.name: told.named_in for told in _FIELDS}
    for name, value in fields[end:]:
        if writers & set(known.get(name, ())):
            yield name, value


def _trusted_end(fields: list[tuple[str, str]], trusted: str) -> int:
    """Where the lowest Received field of the trusted server stands, of those that follow one another."""
    end = 0
    for position, (name, value) in enumerate(fields):
        if name != "received":
            continue
        by = _BY.search(value)
        host = by[1].lower().rstrip(".") if by else ""
        if _is_of(host, trusted):
            end = position
        elif host not in _LOOPBACK and _FROM.match(value):
            # Another server took it from somebody: all below is his. Without "from" it was passed on inside.
            break
    return end


def _is_of(host: str, trusted: str) -> bool:
    return host == trusted or host.endswith("." + trusted)


def _names(value: str, trusted: str) -> bool:
    """Whether a field's last word names the trusted server ("SpamAssassin 4.0.0 (2022-12-14) on HOST")."""
    return _is_of((value.lower().rstrip(".").split() or [""])[-1], trusted)
