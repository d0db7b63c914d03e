"""An invitation (iCalendar, RFC 5545) → the few lines that a reader wants: what, when, where."""

from __future__ import annotations

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d{0,2}(Z?))?")
_ZONE = re.compile(r";TZID=\"?([^;:\"]{1,100})", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_WANTED = frozenset({"SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION"})
_MOST_LINES = 5_000
_MOST_EVENTS = 20


def text_of(content: str) -> str:
    """Return each event's summary, time with its zone, place and description; empty if there is none.

    Times stay in the zone that the inviter wrote, for what he calls it need not be a zone that we know.
    """
    events: list[dict[str, tuple[str, str]]] = []
    is_inside = False
    for line in _FOLD.sub("", content).splitlines()[:_MOST_LINES]:
        match = _LINE.match(line[:20_000])
        if match is None:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3].strip()
        if name in ("BEGIN", "END"):
            kind = value.upper()
            if kind == "VEVENT" and name == "BEGIN" and len(events) < _MOST_EVENTS:
                events.append({})
            # An alarm inside an event has a description of its own.
            is_inside = (kind == "VEVENT") == (name == "BEGIN") and bool(events)
        elif is_inside and name in _WANTED:
            events[-1].setdefault(name, (parameters, value))
    return "\n\n".join(filter(None, map(_told, events)))


def _told(event: dict[str, tuple[str, str]]) -> str:
    def value(name: str) -> str:
        return _ESCAPED.sub(_unescaped, event.get(name, ("", ""))[1]).strip()

    description = value("DESCRIPTION")
    lines = (value("SUMMARY"), _when(event), value("LOCATION"), f"\n{description}" if description else "")
    return "\n".join(filter(None, lines))


def _when(event: dict[str, tuple[str, str]]) -> str:
    """Write `2026-11-23 10:00–11:00 (Europe/Helsinki)`, alike in every language."""
    parameters, start = event.get("DTSTART", ("", ""))
    begins, ends = _MOMENT.match(start), _MOMENT.match(event.get("DTEND", ("", ""))[1])
    if begins is None:
        return ""
    zone = _ZONE.search(parameters)
    named = "UTC" if begins[6] else zone[1] if zone else ""
    last = ""
    if ends and begins[4]:
        is_same_day = ends.group(1, 2, 3) == begins.group(1, 2, 3)
        last = "\u2013" + (f"{ends[4]}:{ends[5]}" if is_same_day else _moment(ends))
    return _moment(begins) + last + (f" ({named})" if named else "")


def _moment(match: re.Match[str]) -> str:
    day = "-".join(match.group(1, 2, 3))
    return f"{day} {match[4]}:{match[5]}" if match[4] else day


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]
