"""Bytes → text when the mail's own word for the charset is missing, misspelt or wrong."""

from __future__ import annotations

import codecs
import re

# What mailers write → what they mean (WHATWG Encoding §4.2 where it knows the name): the superset is taken,
# since real mail labelled latin-1 holds windows-1252, and mail labelled gb2312 holds gb18030.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "646": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-unicode": "utf-8",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8-ru": "koi8-u",
    "dos-866": "cp866",
    "x-cp866": "cp866",
}
# These decode, but not what a mailer could mean; punycode is also quadratic in its input.
_NEVER = {"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem"}

_WINDOWS = re.compile(r"(?:x-)?(?:windows|win|cp|ms|microsoft)[-_ ]?(?:cp)?[-_ ]?(\d{3,5})")
_CYRILLIC = ("cp1251", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic")
_COMMON_LETTERS = frozenset("оеаинтсрвлкмдпу")
_ONE_BYTE = ("cp125", "cp86", "iso8859", "koi8", "mac", "latin")
_SAMPLE = 64 * 1024


def codec_of(charset: str) -> str | None:
    """Return the name of the Python codec that a mail's `charset` means, None when there is none."""
    name = charset.strip(" \t\r\n\"'_").lower().partition("*")[0].partition("$")[0]
    meant = _MEANT.get(name)
    if meant is None:
        windows = _WINDOWS.fullmatch(name)
        meant = f"cp{windows[1]}" if windows else name
    try:
        found = codecs.lookup(meant)
    except (LookupError, ValueError, UnicodeError):
        return None
    # Python's "codecs" include base64 and zlib: those are no text, and zlib would be a bomb (promises 43).
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("-", "_") not in _NEVER else None


def decode(raw: bytes, charset: str = "", hint: str = "") -> str:
    """Return `raw` as text; never raises, whatever `charset` (the part's) and `hint` (another part's) say.

    The declared charset is believed when all bytes fit, but for UTF-8 under a one-byte label: such bytes
    are UTF-8 by no accident. Then come UTF-8 and `hint`; a few bad bytes in an otherwise sound text become
    U+FFFD; last comes guessing.
    """
    if raw.isascii() and not _writes_with_ascii(charset, raw):
        return raw.decode("ascii")
    declared = codec_of(charset) if charset else None
    wanted = (declared, "utf-8", codec_of(hint) if hint else None)
    for codec in ("utf-8", *wanted) if declared and declared.startswith(_ONE_BYTE) else wanted:
        if codec:
            try:
                return _without_mark(raw.decode(codec))
            except (UnicodeError, ValueError):
                continue
    if (text := _nearly(raw, declared or "utf-8")) is not None:
        return text
    return raw.decode(_guess(raw[:_SAMPLE]), errors="replace")


def _writes_with_ascii(charset: str, raw: bytes) -> bool:
    """Say whether these ASCII bytes stand for other letters in this charset."""
    name = charset.strip(" \"'_").lower()
    if name.startswith(("utf-16", "utf16", "utf-32")):
        return b"\0" in raw
    return name.startswith(("iso-2022", "utf-7", "unicode-1-1", "hz"))


def _without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")


def _nearly(raw: bytes, codec: str) -> str | None:
    """Return the text if only a few bytes don't fit, such as those of a letter that was cut in two."""
    text = _without_mark(raw.decode(codec, errors="replace"))
    sample = text[:_SAMPLE]
    bad = sample.count("\ufffd")
    foreign = sum(letter > "\x7f" for letter in sample) - bad
    return text if bad * 4 <= foreign else None


def _guess(raw: bytes) -> str:
    """Name a codec for bytes that nobody labelled: Cyrillic by its letters, else as charset-normalizer says.

    A statistical detector needs some hundred bytes; a Subject has twenty, and is Cyrillic here more often
    than not, hence the first rule.
    """
    high = sum(byte >= 0x80 for byte in raw)
    low = sum(chr(byte).isalpha() for byte in raw if byte < 0x80)
    if high > low:
        return max(_CYRILLIC, key=lambda codec: _russianness(raw.decode(codec, errors="replace")))
    if high < 8:
        return "cp1252"
    from charset_normalizer import from_bytes  # late: it costs memory, and hardly a mail needs it

    best = from_bytes(raw).best()
    return best.encoding if best else "cp1252"


def _russianness(text: str) -> int:
    """Score how much `text` looks like words: common small letters, capitals only where words begin."""
    score = 0
    before = " "
    for letter in text:
        if letter in _COMMON_LETTERS:
            score += 2
        elif letter.isalpha():
            cyrillic = "\u0400" <= letter <= "\u04ff"
            score += -1 if not cyrillic or (letter.isupper() and before.islower()) else 1
        elif letter > "\x7f":
            score -= 2
        before = letter
    return score
