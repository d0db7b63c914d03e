"""How the service and its worker processes talk: length-prefixed frames of JSON, never pickle.

A frame is two lengths (4 bytes each, network order), a JSON object, and raw bytes (empty in answers).
The child reads hostile mail, so its answers are plain data and their lengths are checked.
"""

from __future__ import annotations

import json
import struct
from typing import Any

LENGTHS = struct.Struct("!II")
# A text of a million characters, escaped, stays well below it.
LONGEST_ANSWER = 64 * 1024 * 1024


class BrokenFrame(Exception):
    """What came is no frame: the process at the other end is not to be trusted any more."""


def frame(head: dict[str, Any], raw: bytes = b"") -> tuple[bytes, bytes]:
    """Return the two pieces of a frame; apart, so that the mail's bytes are not copied once more."""
    text = json.dumps(head).encode("ascii")
    return LENGTHS.pack(len(text), len(raw)) + text, raw


def head_of(text: bytes) -> dict[str, Any]:
    """Return the JSON object of a frame. Raises BrokenFrame."""
    try:
        head = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame("the frame holds no JSON") from error
    if not isinstance(head, dict):
        raise BrokenFrame("the frame holds no JSON object")
    return head
