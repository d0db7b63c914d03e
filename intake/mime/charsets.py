"""Bytes → text when the mail's own word for the charset is missing, misspelt or wrong."""

from __future__ import annotations

from intake.mime import japanese
from intake.mime.charset_names import codec_of

# A superset that is tried when the bytes do not fit the charset.
_WIDER = {"cp950": "big5hkscs", "euc_jp": "euc_jis_2004", "cp949": "johab", "iso2022_kr": "cp949"}
_CYRILLIC = ("cp1251", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic")
_COMMON_LETTERS = frozenset("оеаинтсрвлкмдпу")
_ONE_BYTE = ("cp125", "cp86", "iso8859", "koi8", "mac", "latin")
# One-byte charsets that bytes of another one are labelled with.
_MISUSED = frozenset({"cp1252", "iso8859-15", *_CYRILLIC, "koi8-r"})
# Bytes that are no characters in the charsets of ISO 8859, but quotation marks and letters in Windows'.
_CONTROLS = bytes(range(0x80, 0xA0))
_WINDOWS = {
    **{"iso8859-2": "cp1250", "iso8859-6": "cp1256", "iso8859-7": "cp1253", "iso8859-8": "cp1255"},
    **{"iso8859-4": "cp1257", "iso8859-13": "cp1257", "iso8859-15": "cp1252", "iso8859-16": "cp1250"},
}
_SHIFTING = frozenset({"utf-7", "hz", "iso2022_jp", "iso2022_kr"})
_ASCII = bytes(range(128))
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalpha())
# How often letters occur in Russian (the Ukrainian ones as in Ukrainian), of a thousand.
_PER_THOUSAND = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєґ",
        (
            *(110, 85, 80, 74, 67, 63, 55, 47, 45, 43, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14, 12),
            *(10, 9, 7, 6, 5, 4, 3, 3, 57, 6, 5, 1),
        ),
        strict=True,
    )
)
_SAMPLE = 64 * 1024
_SHORT_SAMPLE = 2 * 1024
_SHORTEST_SAMPLE = 512
_FEW_LETTERS = 12
_FEWEST_LETTERS = 4
_WORDLIKE = 2.6  # see _russianness


def decode(raw: bytes, charset: str = "", hint: str = "") -> str:
    """Return `raw` as text; never raises, whatever `charset` (the part's) and `hint` (another part's) say.

    The declared charset is believed when all bytes fit, but for UTF-8 under a one-byte label: such bytes
    are UTF-8 by no accident; and but for what would be no language, while another charset of the Cyrillic
    alphabet makes words of it. Then come UTF-8 and `hint`; a few bad bytes in an otherwise sound text
    become U+FFFD; last comes guessing.
    """
    if raw.isascii() and not _writes_with_ascii(charset, raw):
        return japanese.decode(raw) if japanese.SHIFTS in raw else raw.decode("ascii")
    declared = _with_windows_letters(raw, codec_of(charset) if charset else None)
    wanted = (declared, "utf-8", codec_of(hint) if hint else None)
    for codec in ("utf-8", *wanted) if declared and declared.startswith(_ONE_BYTE) else wanted:
        if codec:
            try:
                text = _without_mark(_decoded(raw, codec))
            except (UnicodeError, ValueError):
                continue
            return text if codec not in _MISUSED else _of_another_label(raw, codec) or text
    if (nearly := _nearly(raw, declared or "utf-8")) is not None:
        return nearly if declared not in _MISUSED else _of_another_label(raw, declared) or nearly
    return raw.decode(_guess(raw[:_SAMPLE]), errors="replace")


def _decoded(raw: bytes, codec: str, errors: str = "strict") -> str:
    if codec == "iso2022_jp":
        return japanese.decode(raw)
    try:
        return raw.decode(codec, errors if codec not in _WIDER else "strict")
    except UnicodeError:
        if codec not in _WIDER:
            raise
    return _decoded_wider(raw, codec, errors)


def _decoded_wider(raw: bytes, codec: str, errors: str) -> str:
    try:
        return raw.decode(_WIDER[codec])
    except UnicodeError:
        return raw.decode(codec, errors)


def _of_another_label(raw: bytes, codec: str) -> str | None:
    """Return Russian or Ukrainian text that is labelled with a charset in which it is gibberish.

    Any byte means something in a one-byte charset, so a wrong label raises nothing. What betrays it is how
    often each letter occurs, and capitals where none belong (a text all in capitals is no gibberish).
    """
    sample = raw[:_SHORT_SAMPLE]
    high = len(sample.translate(None, _ASCII))
    if high < _FEW_LETTERS or high * 2 < len(sample.translate(None, _NO_LETTERS)):
        return None
    text = sample.decode(codec, "replace")
    if sum(map(_COMMON_LETTERS.__contains__, text)) * 5 > high * 2:
        return None
    best, score = _most_russian(sample)
    is_clear = score > 2 * high and score > 1.25 * _russianness(text)
    return raw.decode(best, errors="replace") if is_clear and best != codec else None


def _with_windows_letters(raw: bytes, codec: str | None) -> str | None:
    """Return the charset of Windows that is meant where one of ISO 8859 is named and can't be."""
    windows = _WINDOWS.get(codec or "")
    return windows if windows and len(raw.translate(None, _CONTROLS)) < len(raw) else codec


def _writes_with_ascii(charset: str, raw: bytes) -> bool:
    """Say whether these ASCII bytes stand for other letters in this charset."""
    codec = codec_of(charset) if charset else None
    if codec is None or codec == "utf-8":
        return False
    return codec in _SHIFTING or (codec.startswith(("utf-16", "utf-32")) and b"\0" in raw)


def _without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")


def _nearly(raw: bytes, codec: str) -> str | None:
    """Return the text if only a few bytes don't fit, such as those of a letter that was cut in two."""
    text = _without_mark(_decoded(raw, codec, "replace"))
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
        sample = raw[:_SHORTEST_SAMPLE]
        return _most_russian(sample)[0]
    # A Cyrillic name beside a Latin address: what counts is how the words with such bytes are written.
    words = b" ".join(word for word in raw.split() if not word.isascii())[:_SHORTEST_SAMPLE]
    letters = len(words.translate(None, _ASCII))
    if letters >= _FEWEST_LETTERS and letters > len(words.translate(None, _NO_LETTERS)) - letters:
        codec, score = _most_russian(words)
        if score > _WORDLIKE * letters:
            return codec
    if high < 8:
        return "cp1252"
    from charset_normalizer import from_bytes  # late: it costs memory, and hardly a mail needs it

    best = from_bytes(raw).best()
    return best.encoding if best else "cp1252"


def _most_russian(sample: bytes) -> tuple[str, float]:
    """Return the Cyrillic codec in which `sample` looks most like words, and its score."""
    scores = {codec: _russianness(sample.decode(codec, errors="replace")) for codec in _CYRILLIC}
    best = max(scores, key=lambda codec: scores[codec])
    return best, scores[best]


def _russianness(text: str) -> float:
    """Score how much `text` looks like words: usual letters, capitals at the beginning or throughout.

    A letter of a real text is worth about 3.4, one of a scrambled text below 2.6.
    """
    score = sum(_PER_THOUSAND.get(letter, 0) for letter in text.lower()) / 30
    before = " "
    is_inverted = False  # in a word like "дЕОШ"
    for letter in text:
        if letter.isalpha():
            is_inverted = letter.isupper() and (is_inverted or before.islower())
            is_cyrillic = "\u0400" <= letter <= "\u04ff"
            score += -1 if is_inverted or not is_cyrillic else 1 + (letter.lower() in _COMMON_LETTERS)
        elif letter > "\x7f":
            score -= 2
        before = letter
    return score
