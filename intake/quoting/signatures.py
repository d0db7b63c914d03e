"""Signatures below their delimiter, and what phones and programs add under a text."""

from __future__ import annotations

import re
from collections.abc import Callable

from intake.quoting.languages import any_of, compiled
from intake.quoting.marks import NOTHING, is_outlooks_rule

_DEVICE_WORDS = (
    r"[^.,!?:;]{0,40}(?:iphone|ipad|ipod|android|samsung|galaxy|xiaomi|redmi|poco|huawei|honor|nokia|htc"
    r"|motorola"
    r"|lenovo|realme|oppo|vivo|asus|sony|pixel|oneplus|blackberry|windows|outlook|mail|gmail|yahoo"
    r"|thunderbird|proton"
    r"|spark|airmail|the bat|k-9|typeapp|aqua|nine|edison|superhuman|front|zoho|hey|canary|newton|tutanota"
    r"|mac"
    r"|почт|пошт|mobil|мобил|мобіл|phone|телефон|смартфон|смартфон|планшет|tablet|устройств|пристро|device"
    r"|gerät"
    r"|telefon|téléphone|celular|móvil|handy|teléfono|telemóvel|dispositiv|appareil|urządzeni|komórk"
    r"|puhelim|laitte"
    r"|приложен|додатк|application|\bapp\b)[^!?:;]{0,60}"
)
_DEVICE = compiled(any_of(lambda one: one.device).replace("{D}", _DEVICE_WORDS))
_LINK = re.compile(r"[<(\[]*https?://[^\s)\]>]*[>)\]]*|\]\([^)]*\)")
_ADVERTISEMENT = re.compile(r"\W*https?://(?:www\.)?(?:avast|avg|aka)\.(?:com|ru|ms)/\S*\s*")
_LONGEST_DEVICE = 160
_LONGEST_LINK_LINE = 1_000

# A signature with more filled lines is no signature, but a text with a line of dashes in it.
_MOST_FILLED = {"-- ": 20, "--": 12, "__": 8, "\u2014": 8, "\u2013": 8}
_STANDARD = "-- "
_FOOTER_LINES = 6
_LONGEST = 100  # with its empty lines


def is_of_device(line: str) -> bool:
    """Say whether a phone or a program added this line ("Sent from my iPhone")."""
    if len(line) > _LONGEST_LINK_LINE:
        return False
    if _ADVERTISEMENT.fullmatch(line):
        return True
    bare = _LINK.sub("", line).strip(NOTHING + "<>()[].:*_|\u2026")
    return 0 < len(bare) <= _LONGEST_DEVICE and _DEVICE.fullmatch(bare) is not None


def length(lines: list[str], index: int, is_old: Callable[[int], bool]) -> int:
    """Return how many of `lines` a signature takes that begins at `index` (RFC 3676 §4.3), 0 if none does.

    It goes on to the end of the lines, or to one of which `is_old` says that a quotation begins there.
    Below a delimiter that is not exactly "-- " nobody asks: a question is the client's.
    """
    if is_outlooks_rule(lines[index]):
        return _list_footer(lines, index, is_old)
    delimiter = lines[index] if lines[index] == _STANDARD else lines[index].strip()
    most = _MOST_FILLED.get(delimiter, 0)
    filled = 0
    for count in range(1, _LONGEST if most else 1):
        if index + count >= len(lines) or is_old(index + count):
            return count
        line = lines[index + count].strip()
        filled += bool(line)
        if filled > most or (delimiter != _STANDARD and line.endswith("?")):
            break
    return 0


def _list_footer(lines: list[str], index: int, is_old: Callable[[int], bool]) -> int:
    """Return how many lines the footer of a mailing list takes: a rule, "… mailing list", addresses."""
    if "mailing list" not in "".join(lines[index + 1 : index + 2]).lower():
        return 0
    for end in range(index + 1, index + 1 + _FOOTER_LINES):
        if end >= len(lines) or not lines[end].strip(NOTHING) or is_old(end):
            return end - index
    return 0
