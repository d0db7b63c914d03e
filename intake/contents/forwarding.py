"""Who wrote the mail that somebody passes on: an attached one, or one that stands under his words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from intake import body as bodies
from intake.incoming import Forwarded, IncomingMessage
from intake.limits import Limits
from intake.mime import addresses, parts
from intake.mime.cleaning import one_line
from intake.mime.parts import Part
from intake.quoting.languages import Column, any_of

_MAILS = frozenset({"message/rfc822", "message/global"})
_MOST_LINES = 10_000
_MOST_TRIES = 50
_LONGEST_LINE = 1_000
_BLOCK_LINES = 24

# Finnish "VS" is a reply and "VL" a forward; Danish and Norwegian "VS" is a forward, and loses here.
_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*){0,3}(?:fwd?|wg|tr|vl|vb|пересл|переслано|пер|пд|rv|enc|pd|i|доруч)\s*:\s*",
    re.IGNORECASE,
)


def _words(column: Column, *more: str) -> str:
    """The column of the table of quoting in every language, and words that stand in forwards alone."""
    return "|".join((any_of(column), *more))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Possessive: a line of dashes and spaces is not tried at each of them.
_DASHED = r"[\s>*|]*+[-_=*~\u2013\u2014]{{2,}}+\s*+(?:{0})\s*:?\s*[-_=*~\u2013\u2014]*\s*$"
_FORWARDED = _words(
    lambda one: one.forwarded,
    r"message (?:transmis|réacheminé)|(?:mesaj|e-?mail) redirecționat|továbbított (?:levél|üzenet)",
    r"(?:proslijeđena|prosleđena) poruka|preposlaná správa|treść przekazan\w+ wiadomości|mensaje enviado",
    r"alkup\. viesti|videresendt e-post|转发的(?:邮件|信息)|轉寄的郵件|転送メッセージ",
)
_BEGINS = _words(lambda one: one.begins_forwarded, r"forwarded message", r"пересылаемое сообщение")
_MARK = _compiled(rf"{_DASHED.format(_FORWARDED)}|[\s>*]*+(?:{_BEGINS})\s*:[\s*]*$")
# Yahoo's plain text: the heading and all headers on one line.
_ALL_ON_ONE = _compiled(
    rf"[\s>]*+-{{3,}}+\s*+(?:{_FORWARDED})\s*+-{{3,}}+\s++(?:{_words(lambda one: one.sender)})\s*:"
    rf"\s*(?P<author>[^<>]{{0,200}}<[^<>]{{3,254}}>)"
    rf"(?:.{{0,900}}?(?:{_words(lambda one: one.subject)})\s*:\s*(?P<subject>.*))?"
)
# `On 23.11.2026 10:30, "Anna" <anna@client.example> wrote:`, as newer Outlooks begin a forward.
_INTRODUCED = _compiled(
    rf"[\s>\ufeff]*+(?=[^@]*\d)(?=.*(?:{_words(lambda one: one.wrote)})).{{0,120}}?"
    r"(?P<author>(?:\"[^\"<>]{0,100}\"\s*)?<[^<>@\s]{1,64}@[^<>@\s]{1,253}>)[^<>@]{0,60}:\s*$"
)
_ORIGINAL = _compiled(_DASHED.format(_words(lambda one: one.original)))
_END = _compiled(r"[\s>]*+-{2,}\s*(?:конец|кінець|end of) .{5,60}")
_FIELD = _compiled(
    r"[\s>|*_]*+(?:"
    rf"(?P<sender>{_words(lambda one: one.sender, 'feladó', 'expeditor', 'de la', 'pošiljatelj', 'šalje')})"
    rf"|(?P<sent>{_words(lambda one: one.sent, 'dátum', 'elküldve', 'data', 'poslano', 'odoslané', 'dato')})"
    rf"|(?P<to>{_words(lambda one: one.to, 'címzett', 'către', 'prima', 'komu', 'reply-to', 'ответить')})"
    rf"|(?P<copy>{_words(lambda one: one.copy, 'másolat', 'kopija', 'kópia')})"
    rf"|(?P<subject>{_words(lambda one: one.subject, 'tárgy', 'subiect', 'predmet')})"
    r")\s{0,2}[*_]*\s{0,2}[:\uff1a][*_|]*\s*(?P<value>.*)"
)
_HINT = re.compile(r"[:\uff1a]|[-_=*~\u2013\u2014]{2}")  # neither: no line of a forward's
_QUOTED = re.compile(r"\s?>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:'|]{1,64}@[^\s<>()\[\]\",;:'|]{1,253}")
_DECORATION = " \t\u00a0<>()[]\"'*_|:,"
_DATE_FIRST = re.compile(r"[^<>\"@]{0,60}\d{1,2}:\d{2}(?::\d{2})?\s*(?:[AP]M)?\s*,\s*")


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What a forward passes on: `opened` are the attached mails that were looked into, `files` theirs."""

    forwarded: Forwarded | None = None
    files: tuple[Part, ...] = ()
    opened: tuple[Part, ...] = ()


def is_announced(subject: str) -> bool:
    """Say whether a subject begins as that of a forward does."""
    return _SUBJECT.match(subject) is not None


def find(message: IncomingMessage, files: Sequence[Part], limits: Limits) -> PassedOn:
    """Return what `message` passes on; `files` are its parts that are no text. Never raises.

    An attached mail counts when the subject or the text says that this is a forward, or when there is no text
    at all. With several of them nobody can say whose mail it is; their files are found all the same.
    Machines forward nothing: a bounce brings a mail back that was ours.
    """
    if message.bounce or message.auto_reply:
        return PassedOn()
    lines = [line[:_LONGEST_LINE] for line in message.text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    announced = is_announced(message.subject)
    mails = [part for part in files if part.content_type in _MAILS]
    if mails and (announced or not message.text.strip() or any(map(_MARK.match, lines))):
        return _attached(mails, limits)
    is_reply = bool(message.in_reply_to or message.references)
    return PassedOn(_inline(lines, message.subject, announced, may_stand_alone=not is_reply))


def _attached(mails: Sequence[Part], limits: Limits) -> PassedOn:
    found: list[Part] = []
    forwarded: list[Forwarded | None] = []
    # They share what one mail may have: a hundred mails of a thousand parts are a hundred thousand.
    shared = replace(limits, parts=max(1, limits.parts // len(mails)))
    for mail in islice(mails, limits.packed_files):
        root, _ = parts.read(mail.content()[0], shared)
        body = bodies.read(root, limits)
        found += [part for part in (*body.files, *body.packed) if part not in (*body.texts, *body.opened)]
        forwarded.append(_author(root, body.text))
    return PassedOn(
        forwarded[0] if len(forwarded) == 1 else None,
        tuple(found[: limits.parts]),
        tuple(mails[: len(forwarded)]),
    )


def _author(root: Part, text: str) -> Forwarded | None:
    hint = root.parameters.get("charset", "")
    sender = addresses.sender(root.headers, hint)
    if not addresses.is_usable(sender.address):
        return None
    return Forwarded(sender.address, sender.name, one_line(root.headers.text("subject", hint)), text)


def _inline(lines: list[str], subject: str, announced: bool, may_stand_alone: bool) -> Forwarded | None:
    """Look for the block of headers of the mail that is passed on.

    Under a line that says so it is always meant. "Original message" stands above answered mails too, and a
    bare block of headers (Outlook) even more often: they count when the subject tells of a forward, or when
    nobody has written anything above, in a mail that answers no other.
    """
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    for index in islice(_candidates(lines), _MOST_TRIES):
        if in_one := _ALL_ON_ONE.match(lines[index]) or (announced and _INTRODUCED.match(lines[index])):
            about = in_one.groupdict().get("subject") or _SUBJECT.sub("", subject, count=1)
            return _written_by(in_one["author"], one_line(about), "\n".join(lines[index + 1 :]).strip("\n"))
        is_mark = bool(_MARK.match(lines[index]))
        is_alone = index == first and may_stand_alone
        if not (is_mark or announced or is_alone):
            continue
        is_headed = is_mark or bool(_ORIGINAL.match(lines[index]))
        block = _Block(lines, index + 1 if is_headed else index, is_headed)
        if block.is_complete:
            return block.forwarded(_SUBJECT.sub("", subject, count=1))
        if is_mark:
            return None
    return None


def _candidates(lines: list[str]) -> Iterator[int]:
    for index, line in enumerate(lines):
        if not _HINT.search(line):
            continue
        field = _FIELD.match(line)
        is_field = field is not None and bool(field["sender"])
        if is_field or any(known.match(line) for known in (_MARK, _ORIGINAL, _ALL_ON_ONE, _INTRODUCED)):
            yield index


def _written_by(author: str, subject: str, text: str) -> Forwarded | None:
    """Return the mail that is passed on, None if its author's one address can't be told."""
    plain = author.replace("mailto:", " ")
    found = {one.lower().rstrip(".") for one in _ADDRESS.findall(plain)}
    if len(found) != 1 or not addresses.is_usable(address := found.pop()):
        return None
    name = re.sub(r"[<>()\[\]]+", " ", _ADDRESS.sub(" ", plain)).strip(_DECORATION)
    return Forwarded(address, one_line(name, 200), subject, text)


class _Block:
    """The headers that a mail program wrote above the mail it forwards, and where they end."""

    def __init__(self, lines: list[str], start: int, is_headed: bool) -> None:
        self._lines = lines
        self._seen: dict[str, str] = {}
        self._is_headed = is_headed
        self._quoted = False
        self._end = self._read(start)

    @property
    def is_complete(self) -> bool:
        """Say whether it can be such a block: under a heading the author suffices."""
        return "sender" in self._seen and (self._is_headed or len(self._seen) >= 3)

    def forwarded(self, subject: str) -> Forwarded | None:
        """Return the mail below, None if its author's one address can't be told."""
        about = one_line(self._seen.get("subject", "")) or subject
        return _written_by(self._seen["sender"], about, self._text())

    def _read(self, start: int) -> int:
        """Take the fields from `start`; return the line behind them."""
        index = self._next_filled(start)
        if index < len(self._lines) and self._is_dated_author(self._lines[index]):
            return index + 1
        last = ""
        end = index
        self._quoted = index < len(self._lines) and self._lines[index].lstrip().startswith(">")
        while index < min(len(self._lines), start + _BLOCK_LINES):
            if field := _FIELD.match(self._lines[index]):
                last = next(key for key, value in field.groupdict().items() if value and key != "value")
                self._seen.setdefault(last, field["value"].strip())
            elif not self._goes_on(index, last):
                break
            elif not self._seen.get(last):
                self._seen[last] = self._lines[index].strip(" \t>*")
            elif last == "subject" and self._lines[index].strip(" >"):
                self._seen[last] += " " + self._lines[index].strip(" \t>")
            index += 1
            end = index
        return end

    def _goes_on(self, index: int, last: str) -> bool:
        """Say whether a line that is no field belongs to the block: a wrapped value, a gap before a field."""
        if not last:
            return False
        is_filled = bool(self._lines[index].strip(" >"))
        if is_filled and not self._seen.get(last):
            return True
        following = self._lines[index + 1 : index + (4 if last in ("to", "copy") else 2)]
        return any(map(_FIELD.match, following))

    def _is_dated_author(self, line: str) -> bool:
        """Recognise Yandex's only line: `23.11.2026, 10:30, "Anna" <anna@client.example>:`."""
        date = _DATE_FIRST.match(line)
        if not (self._is_headed and date and line.rstrip().endswith(":") and "@" in line):
            return False
        self._seen["sender"] = line[date.end() :].rstrip(" :")
        return True

    def _next_filled(self, start: int) -> int:
        while start < len(self._lines) and not self._lines[start].strip(" \t>"):
            start += 1
        return start

    def _text(self) -> str:
        below = self._lines[self._end :]
        first = next((index for index, line in enumerate(below) if line.strip()), 0)
        if self._is_headed and below and _MARK.match(below[first]):  # Zoho closes the block as it opens it
            below = below[first + 1 :]
        end = next((index for index, line in enumerate(below) if _END.match(line)), len(below))
        # Apple Mail quotes the headers as well, Proton Mail what stands below them alone.
        quoted = self._quoted or all(map(_QUOTED.match, filter(str.strip, below[:end])))
        text = [re.sub(r"^\s?> ?", "", line) if quoted else line for line in below[:end]]
        return "\n".join(text).strip("\n")
