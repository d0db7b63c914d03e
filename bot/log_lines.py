"""How an event becomes one line of text, whatever is in its values: logfmt or JSON."""

import json
import re
from typing import Any

from structlog.typing import EventDict, WrappedLogger

# Everything that could end the line, move the cursor, colour the terminal or turn the reading direction:
# C0 and C1 controls, DEL, line and paragraph separators, bidirectional and zero-width marks, lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE = re.compile(r'[^\s"=\\]+')
_KEY_SEPARATORS = re.compile(r"[^\w.-]+", re.ASCII)


def escaped(text: str) -> str:
    """The text on one line: each unsafe character as it would stand in a Python string."""
    return _UNSAFE.sub(lambda found: _escape(found[0]), text)


def as_logfmt(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """`key=value key="value with blanks"`; within quotes, quotes and backslashes are escaped."""
    return " ".join(f"{_key(key)}={_logfmt_value(value)}" for key, value in event.items())


def as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """One object, ASCII alone: JSON's own escapes cover everything unsafe but DEL."""
    named = {_key(key): value for key, value in event.items()}
    return json.dumps(named, default=str).replace("\x7f", "\\u007f")


def _escape(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _key(key: object) -> str:
    return _KEY_SEPARATORS.sub("_", str(key)) or "_"


def _logfmt_value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else ""
    text = value if isinstance(value, str) else _flat(value)
    if _BARE.fullmatch(text) and not _UNSAFE.search(text):
        return text
    # A backslash of the text's own is doubled first: or its last one would swallow the closing quote.
    return '"' + escaped(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _flat(value: Any) -> str:
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
