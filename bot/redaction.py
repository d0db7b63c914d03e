"""What must never be read in a log: known secrets in any encoding, and whatever looks like one."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from structlog.typing import EventDict, WrappedLogger

HIDDEN = "***"
# A shorter secret cannot be hidden without making every line unreadable.
_SHORTEST = 4
_KEPT = 4000  # characters at either end of a long value
_MARGIN = 2000

_WORDS = r"pass(?:word|wd|phrase)|secret|api[_-]?key|access[_-]?token|refresh[_-]?token|authorization|cookie"
_SECRET_KEY = re.compile(rf"(?:{_WORDS}|token)\Z", re.IGNORECASE)
# Every repetition is bounded, so that a megabyte of digits or letters costs linear time.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A Telegram bot's token, alone or in a URL.
    (re.compile(r"\d{1,20}:[\w-]{35,200}"), HIDDEN),
    # The signed part of our own links: who has it may rate, or read a ticket's state.
    (re.compile(r"(/(?:rate|ticket)/)[\w.~=%-]{8,1000}"), rf"\1{HIDDEN}"),
    # postgres://user:password@host
    (re.compile(r"(://[^\s:/@\"']{0,200}:)[^\s@\"']{1,500}@"), rf"\1{HIDDEN}@"),
    # SMTP: AUTH PLAIN AGFu…
    (re.compile(r"\b(AUTH (?:PLAIN|LOGIN|XOAUTH2) )[A-Za-z0-9+/=]{4,2000}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b((?:Bearer|Basic) )[\w.~+/=-]{8,2000}"), rf"\1{HIDDEN}"),
    # password=…, "secret": "…", Authorization: …
    (
        re.compile(
            rf"((?:{_WORDS})[\"']?\s{{0,3}}[=:]\s{{0,3}})"
            r"(\"[^\"]{1,500}\"|'[^']{1,500}'|(?!\*\*\*)[^\s,;&\"'(){}\[\]]{1,500})",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)
# None of them matches without one of these; most values of most events have none.
_HINT = re.compile("[ :=/]")


class Redaction:
    """Replaces secrets in text; a structlog processor as well."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets`: plain values; a database URL counts by its password too."""
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
        # The longest first: one secret may begin another.
        ordered = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """`text` with *** for each secret in it."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        if _HINT.search(text):
            for pattern, replacement in _PATTERNS:
                text = pattern.sub(replacement, text)
        return text

    def brief(self, text: str) -> str:
        """The same, and of a very long text the beginning and the end alone, which say the most.

        It is cut before secrets are looked for, so that a megabyte costs no more than a page, with a margin
        that is longer than any secret: one that the cut would tear apart lies in it and goes with it.
        """
        if len(text) <= 2 * _KEPT:
            return self.text(text)
        head = self.text(text[: _KEPT + _MARGIN])[:-_MARGIN]
        tail = self.text(text[-_KEPT - _MARGIN :])[_MARGIN:]
        return f"{head} …({len(text) - 2 * _KEPT} characters left out)… {tail}"

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Redact every value of an event, to any depth."""
        return {key: self._value(key, value) for key, value in event.items()}

    def _value(self, key: str, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if _SECRET_KEY.search(str(key)):
            return HIDDEN
        if isinstance(value, dict):
            return {self.brief(str(k)): self._value(str(k), v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value("", item) for item in value]
        return self.brief(value if isinstance(value, str) else str(value))


def _forms(secret: str) -> Iterator[str]:
    """How a secret may be written in a message: plain, in a URL, in a repr or JSON, in base64."""
    for value in _values(secret):
        yield value
        yield quote(value, safe="")
        yield quote_plus(value)
        yield repr(value)[1:-1]
        yield repr(value.encode())[2:-1]
        yield json.dumps(value)[1:-1]
        yield json.dumps(value, ensure_ascii=False)[1:-1]
        yield base64.b64encode(value.encode()).decode()


def _values(secret: str) -> tuple[str, ...]:
    """The secret itself; of a database URL its password too, as written and as meant."""
    if not secret.startswith(("sqlite://", "postgres://", "postgresql://")):
        return (secret,)
    try:
        password = urlsplit(secret).password
    except ValueError:
        return (secret,)
    return (secret, password, unquote(password)) if password else ()
