"""What each line of a mail is: text, quotation, its introduction, a signature, or where old mail begins.

The rules over the kinds are in `intake.reply`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from intake.quoting.desk_languages import DESK_LANGUAGES
from intake.quoting.other_languages import OTHER_LANGUAGES
from intake.quoting.wording import Wording


class Kind(Enum):
    """What a line of a mail is."""

    BLANK = "blank"
    TEXT = "text"
    QUOTE = "quote"
    INTRO = "intro"  # "On … wrote:" before lines that are marked as quoted
    HISTORY = "history"  # from here on everything is old: it is quoted without a mark
    FORWARD = "forward"  # from here on everything is what the client passes on
    SIGNATURE = "signature"


def _any(column: Callable[[Wording], str]) -> str:
    return "|".join(f"(?:{column(one)})" for one in (*DESK_LANGUAGES, *OTHER_LANGUAGES))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_QUOTE = re.compile(r"[ \t]{0,3}>")
_INITIALS_QUOTE = re.compile(r" ?[^\W\d_]{1,3}>")  # The Bat!: "ИМ> "
# Possessive: a line of dashes and spaces is not tried at each of them.
_DASHED = r"[\s>]*+[-_=*~]{{2,}}+\s*+(?:{0})\s*:?\s*(?:[-_=*~]{{2,}}|$)"
_ORIGINAL = _compiled(_DASHED.format(_any(lambda one: one.original)))
_FORWARDED = _compiled(
    _DASHED.format(_any(lambda one: one.forwarded))
    + rf"|[\s>]*+(?:{_any(lambda one: one.begins_forwarded)})\s*:\s*$"
)
_RULE = re.compile(r"\s*(?:_{5,}|-{5,}|={5,}|\*{5,})\s*")
_DATE = re.compile(r"\d{1,2}[:.]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_WROTE = _compiled(rf"(?<![^\W\d_])(?:{_any(lambda one: one.wrote)})(?![^\W\d_])")
_WROTE_LAST = _compiled(rf"(?<![^\W\d_])(?:{_any(lambda one: one.wrote)})\s*:?$")
_OPENS = _compiled(
    rf"\W{{0,3}}(?:(?:{_any(lambda one: one.opens)})\b(?=.{{0,60}}\d)"
    rf"|(?:{_any(lambda one: one.weekdays)})\w{{0,12}}[.,]?,? .{{0,12}}\d|\d{{1,4}}[.\-/ ])"
)
_DEVICE_WORDS = (
    r"[^.,!?:;]{0,40}(?:iphone|ipad|ipod|android|samsung|galaxy|xiaomi|redmi|huawei|honor|nokia|htc|motorola"
    r"|pixel|oneplus|blackberry|windows|outlook|mail|gmail|yahoo|thunderbird|proton|spark|airmail|the bat|k-9"
    r"|почт|пошт|mobil|мобил|мобіл|phone|телефон|смартфон|планшет|tablet|устройств|пристро|device|gerät|telefon|téléphone"
    r"|celular|móvil|handy|приложен|додатк)[^!?:;]{0,60}"
)
_DEVICE = _compiled(_any(lambda one: one.device).replace("{D}", _DEVICE_WORDS))
_LINK = re.compile(r"[<(\[]*https?://\S*")
_ANSWERS_BELOW = _compiled(_any(lambda one: one.answers_below))
_COLUMNS: dict[str, Callable[[Wording], str]] = {
    "from": lambda one: one.sender,
    "sent": lambda one: one.sent,
    "to": lambda one: one.to,
    "copy": lambda one: one.copy,
    "subject": lambda one: one.subject,
}
_HEADER = _compiled(
    r"[\s>|]*+[*_]*+(?:"
    + "|".join(f"(?P<k{key}>{_any(column)})" for key, column in _COLUMNS.items())
    + r")[*_]*\s?[:\uff1a][*_]*(?P<value>.*)"
)

_NOTHING = " \t\u00a0\ufeff"
_LONGEST_DEVICE = 160
_LONGEST_LINK_LINE = 1_000
_LONGEST_INTRO = 500
_INTRO_LINES = 4
_BLOCK_LINES = 14
# A signature with more filled lines is no signature, but a text with a line of dashes in it.
_SIGNATURE_LINES = {"-- ": 20, "--": 12, "\u2014": 8}
_LONGEST_SIGNATURE = 100  # with its empty lines


def is_of_device(line: str) -> bool:
    """Say whether a phone or a program added this line ("Sent from my iPhone")."""
    if len(line) > _LONGEST_LINK_LINE:
        return False
    plain = _LINK.sub("", line).strip(_NOTHING + "<>()[].:")
    return len(plain) <= _LONGEST_DEVICE and _DEVICE.fullmatch(plain) is not None


def is_rule(line: str) -> bool:
    """Say whether the line is a drawn one."""
    return _RULE.fullmatch(line) is not None


def announces_answers_below(text: str) -> bool:
    """Say whether the writer tells that his answers stand in the quoted text."""
    return _ANSWERS_BELOW.search(text) is not None


class Lines:
    """The lines of one mail, and what is known of each."""

    def __init__(self, lines: list[str], forwarded: bool) -> None:
        self._lines = lines
        self._forwarded = forwarded
        self._ends_signature: dict[int, bool] = {}

    def kinds(self) -> list[Kind]:
        """Give each line its kind; after HISTORY or FORWARD everything is HISTORY."""
        kinds: list[Kind] = []
        initials = quoted = False
        while (index := len(kinds)) < len(self._lines):
            kind, length = self._kind(index, kinds, initials, quoted)
            kinds.extend([kind] * length)
            if kind in (Kind.HISTORY, Kind.FORWARD):
                break
            if kind is Kind.INTRO:
                initials = bool(_INITIALS_QUOTE.match(self._next_filled(index + length)))
            quoted = quoted or kind in (Kind.INTRO, Kind.QUOTE)
        return kinds + [Kind.HISTORY] * (len(self._lines) - len(kinds))

    def _kind(self, index: int, before: list[Kind], initials: bool, quoted: bool) -> tuple[Kind, int]:
        """Return the kind of the line at `index`, and for how many lines it holds."""
        line = self._lines[index]
        if not line.strip(_NOTHING):
            return Kind.BLANK, 1
        if _FORWARDED.match(line) and not quoted:
            return Kind.FORWARD, 1
        if _QUOTE.match(line) or (initials and _INITIALS_QUOTE.match(line)):
            return Kind.QUOTE, 1
        if not self._forwarded and (_ORIGINAL.match(line) or self._begins_headers(index)):
            return Kind.HISTORY, 1
        starts_paragraph = not before or before[-1] is not Kind.TEXT
        if length := self._intro_length(index, starts_paragraph):
            after = self._next_filled(index + length)
            if not after or _QUOTE.match(after) or _INITIALS_QUOTE.match(after):
                return Kind.INTRO, length
            # "23.11.2026 10:30 the program writes:" is a client's sentence; programs that quote without a
            # mark name the address.
            if any("@" in line for line in self._lines[index : index + length]):
                return Kind.HISTORY, 1
        if length := self._signature_length(index):
            return Kind.SIGNATURE, length
        return Kind.TEXT, 1

    def _next_filled(self, start: int) -> str:
        return next((line for line in self._lines[start : start + 20] if line.strip(_NOTHING)), "")

    def _intro_length(self, index: int, starts_paragraph: bool) -> int:
        """Return how many lines the introduction of a quotation takes that begins here; 0 if none does."""
        opens = bool(_OPENS.match(self._lines[index]))
        if not (opens or starts_paragraph):
            return 0
        joined = ""
        for length, line in enumerate(map(str.strip, self._lines[index : index + _INTRO_LINES]), start=1):
            if not line or line.startswith(">") or len(joined) + len(line) > _LONGEST_INTRO:
                return 0
            if length > 1 and _OPENS.match(line):
                return 0  # the introduction begins on this line, what stands above is text
            joined = f"{joined} {line}".strip(_NOTHING)
            if _may_introduce(joined):
                quoted_below = bool(_QUOTE.match(self._next_filled(index + length)))
                if _introduces(joined, opens, starts_paragraph, quoted_below):
                    return length
        return 0

    def _begins_headers(self, index: int) -> bool:
        """Say whether a block of another mail's headers begins here, perhaps under a rule."""
        if _RULE.fullmatch(self._lines[index]):
            index = next(
                (i for i in range(index + 1, index + 4) if "".join(self._lines[i : i + 1]).strip()), index
            )
        if _HEADER.match(self._lines[index]) is None:
            return False
        seen: dict[str, str] = {}
        others = 0
        for line in self._lines[index : index + _BLOCK_LINES]:
            if header := _HEADER.match(line):
                kind = next(key for key in _COLUMNS if header[f"k{key}"])
                seen.setdefault(kind, header["value"])
                others = 0
            elif line.strip():
                others += 1
            if others > 1:
                break
        is_block = len(seen) >= 3 and "from" in seen and ("sent" in seen or "subject" in seen)
        return is_block and ("@" in seen["from"] or any(map(str.isdigit, seen.get("sent", ""))))

    def _signature_length(self, index: int) -> int:
        """Return how many lines a signature takes that begins here (RFC 3676 §4.3), 0 if none does."""
        delimiter = self._lines[index].removeprefix("\ufeff")
        most = _SIGNATURE_LINES.get(delimiter if delimiter == "-- " else delimiter.strip())
        filled = 0
        for length in range(1, _LONGEST_SIGNATURE if most else 1):
            if index + length >= len(self._lines) or self._is_after_signature(index + length):
                return length
            filled += bool(self._lines[index + length].strip())
            if filled > (most or 0):
                break
        return 0

    def _is_after_signature(self, index: int) -> bool:
        if index not in self._ends_signature:
            line = self._lines[index]
            self._ends_signature[index] = bool(
                _QUOTE.match(line)
                or _ORIGINAL.match(line)
                or _FORWARDED.match(line)
                or self._intro_length(index, starts_paragraph=True)
                or self._begins_headers(index)
            )
        return self._ends_signature[index]


def _may_introduce(line: str) -> bool:
    return line.endswith((":", ">")) or _WROTE_LAST.search(line) is not None


def _introduces(line: str, opens: bool, starts_paragraph: bool, quoted_below: bool) -> bool:
    """Say whether `line` announces a quotation, by what it holds rather than by its exact form.

    The order and the words differ in every program, language and version; a date or an address beside
    the verb or a final colon do not.
    """
    colon = line.endswith(":")
    dated, addressed, wrote = _DATE.search(line), "@" in line, _WROTE.search(line)
    if opens and dated:
        # "On 2 April, Anna wrote:" · "пн, 2 апр. 2012 г. в 18:26, Анна <a@example.org>:" (old Gmail: no ":")
        return bool(wrote or (addressed and (colon or starts_paragraph)) or (colon and quoted_below))
    if wrote and colon:
        # "Anna <a@example.org> wrote:" · "Anna kirjoitti 2.4.2012 kello 18.26:" · "Anna wrote:"
        is_balanced = line.count("<") == line.count(">")
        return bool(starts_paragraph and is_balanced and (addressed or dated or quoted_below))
    return False
