"""The end of a letter: regards, name, office, telephone; only what is plainly that, for more may follow."""

from __future__ import annotations

import re

_MOST = 8  # lines
_WIDEST = 70  # characters
_REGARDS = re.compile(
    r"--|-- |(?:с (?:наилучшими пожеланиями|уважением)|всего (?:доброго|хорошего)"
    r"|з (?:повагою|найкращими побажаннями)"
    r"|(?:with )?(?:kind|best|warm) (?:regards|wishes)|(?:kind )?regards|all the best|best|yours sincerely"
    r"|sincerely|(?:ystävällisin|parhain|terveisin|yst\.|lämpimin)(?: terveisin)?|terveisin|terv\.?"
    r"|ystävällisesti)[,.! ]*",
    re.IGNORECASE,
)
# Regards and the name on one line: "t. Riikka", "С уважением, Ольга Кравец".
_WITH_NAME = re.compile(
    r"(?:t\.|terv\.|terveisin|с уважением,?|з повагою,?|regards,|best,|cheers,) *(.+)", re.IGNORECASE
)
# And on that of the text: "Спасибо! С уважением, Ирина".
_ON_THE_LINE = re.compile(
    r"(?<=[.!)])\s+(?:с уважением|з повагою|(?:kind |best )?regards|(?:ystävällisin )?terveisin),?\s+"
    r"(\S.{0,60})$",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:отправлено (?:с|из|со)|надіслано (?:з|із)|sent from (?:my )?|get outlook for|lähetetty"
    r"|скачать outlook) ?[\w .]{0,30}",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:(?:тел|моб|телефон|tel|phone|mobile|mob|direct|puh|gsm|p|t|m|e-?mail|email|www)\b[.:]?"
    r"|[+(]?\d[\d\s()/.-]{5,}+|[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+|[,;|/\s])++",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
# What stands in lower case in the line of a name or an office.
_OFFICES = frozenset(_NAMED.findall("""
    главный главная старший ведущий ведущая бухгалтер бухгалтерия директор заместитель зам менеджер
    администратор специалист экономист кассир инженер оператор руководитель начальник отдела отдел и по г
    головний старший провідний бухгалтерія заступник фахівець економіст касир інженер керівник відділу
    chief senior accountant accounts manager director assistant office administrator engineer head of and the
    kirjanpitäjä toimitusjohtaja johtaja myyjä kirjanpito taloushallinto ja
"""))  # fmt: skip


def without_sign_off(text: str) -> str:
    """Return a text without the regards and the signature that end it, stripped.

    Where anything below the regards is neither a name nor a way to reach somebody, all of it stays.
    """
    lines = text.strip().splitlines()
    while lines and (not lines[-1].strip() or _SENT_FROM.fullmatch(lines[-1].strip())):
        lines.pop()
    if lines and (found := _ON_THE_LINE.search(lines[-1])) and _is_signature(found[1].strip()):
        lines[-1] = lines[-1][: found.start()]
    for at, line in enumerate(lines):
        if _begins(line.strip()) and at > 0:
            below = [one.strip() for one in lines[at + 1 :] if one.strip()]
            if len(below) <= _MOST and all(map(_is_signature, below)):
                lines = lines[:at]
            break
    return "\n".join(lines).strip()


def _begins(line: str) -> bool:
    if _REGARDS.fullmatch(line):
        return True
    named = _WITH_NAME.fullmatch(line)
    return named is not None and _is_signature(named[1].strip())


def _is_signature(line: str) -> bool:
    if len(line) > _WIDEST or "?" in line or "!" in line:
        return False
    if _REGARDS.fullmatch(line) or _CONTACT.fullmatch(line):
        return True
    words = _NAMED.findall(line)
    if not words or any(char.isdigit() for char in line):
        return False
    return all(word[0].isupper() or word.casefold() in _OFFICES for word in words)
