"""What a bounce says: which mail did not arrive, at whom, and why (RFC 3464, RFC 6522, and what came before).

Only reads; what follows from it is decided in `intake.taking_in.filing`. Never raises, whatever the bounce
holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intake.automatic import wording
from intake.incoming import Bounced
from intake.limits import Limits
from intake.mime import headers as header_blocks
from intake.mime import parts
from intake.mime.cleaning import one_line
from intake.mime.headers import Headers
from intake.mime.parts import Part

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_MOST_BYTES = 64 * 1024  # of a part: what matters stands at its beginning
_MOST_TEXT = 100_000  # characters of the notice, with the mail that some systems copy into it
_MOST_RECIPIENTS = 100
_MOST_IDS = 10
_MOST_FIELDS = 100  # of a copied header, above the one by which it was found
_LONGEST_DIAGNOSTIC = 300
_MOST_LINE = 1_000

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]*[ \t]*:|[ \t]+\S")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_QUOTED_ID = re.compile(r"^[>|\s]{0,20}message-id[ \t]*:\s*(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_QUOTED_TO = re.compile(r"^[>|\s]{0,20}to[ \t]*:([^\n]{1,500})", re.IGNORECASE | re.MULTILINE)
_TOLD = re.compile(
    r"^[>|\s]{0,20}(?:final|original)-recipient[ \t]*:[^;\n]{0,40};([^\n]{1,400})",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]]{1,200}@[^\s<>\"'(),:;\[\]]{1,255}[^\s<>\"'(),:;\[\].]")
# An address that has a line, or a line's beginning, for itself: how notices name the one who was not reached.
# Exchange goes on with "on 23.11.2026 5:31".
_LISTED = re.compile(
    rf"^[ \t*>-]{{0,20}}<?({_ADDRESS.pattern})>?[ \t]*(?:$|[:;(,]|\.(?!\S)|\s-|\s\w{{1,3}} \d)", re.MULTILINE
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_ANSWER = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -](?:[245]\.\d|\D))")
_ENVELOPE_TYPES = ("rfc822", "utf-8", "")  # of addresses (RFC 3464 §2.3.1, RFC 6533 §3)
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")  # RFC 3464 §2.3.3


def read(root: Part, text: str) -> Bounced:
    """Return what the bounce `root` reports; `text` is its body as text."""
    leaves = list(parts.leaves(root))
    notice = text[:_MOST_TEXT]
    returned = _returned(leaves)
    ids = _message_ids(root.headers, returned, notice)
    status_parts = [leaf for leaf in leaves if leaf.content_type in _STATUS_TYPES]
    groups = [group for leaf in status_parts for group in _recipient_groups(leaf)]
    if groups:
        return _from_groups(groups, ids, _tried_still(notice, root.headers))
    return _from_words(notice, _addressed_to(returned, notice), root.headers, ids)


def _from_groups(groups: list[dict[str, str]], ids: tuple[str, ...], tried: bool) -> Bounced:
    """One of the per-recipient groups of a delivery status: the worst (RFC 3464 §2.3)."""
    group = min(groups, key=lambda one: _ACTIONS.index(_action(one, tried)))
    action = _action(group, tried)
    status = _STATUS.search(group.get("status", "") or group.get("diagnostic-code", ""))
    diagnostic = group.get("diagnostic-code", "")
    kind, semicolon, words = diagnostic.partition(";")
    said = words if semicolon and " " not in kind.strip() else diagnostic
    return Bounced(
        message_ids=ids,
        recipient=_recipient(group.get("original-recipient", ""))
        or _recipient(group.get("final-recipient", "")),
        status=status[1] if status else "",
        action=action,
        permanent=action == "failed",
        diagnostic=one_line(said or group.get("status", ""), _LONGEST_DIAGNOSTIC),
    )


def _from_words(notice: str, addressed: str, headers: Headers, ids: tuple[str, ...]) -> Bounced:
    """What a notice without structure tells, above the mail that it may have copied."""
    own, _ = _split_notice(notice)
    line = _telling_line(own)
    status = _STATUS.search(line) or _STATUS.search(own)
    tried = _tried_still(notice, headers)
    return Bounced(
        message_ids=ids,
        recipient=_named(own, headers, addressed),
        status=status[1] if status else "",
        action="delayed" if tried else "failed",
        permanent=not tried,
        diagnostic=one_line(line or headers.text("subject"), _LONGEST_DIAGNOSTIC),
    )


def _tried_still(notice: str, headers: Headers) -> bool:
    """Whether the words say that nothing has failed yet."""
    own, _ = _split_notice(notice)
    return bool(
        wording.STILL_TRIED.search(own) or re.search(r"\bdelay", headers.text("subject"), re.IGNORECASE)
    )


def _recipient_groups(part: Part) -> Iterator[dict[str, str]]:
    """The groups of fields of a delivery status that are about a recipient; the first is about the mail."""
    content = part.content()[0][:_MOST_BYTES].decode("utf-8", errors="replace")
    blocks = re.split(
        r"\n[ \t]*\n", content.replace("\r\n", "\n").replace("\r", "\n"), maxsplit=_MOST_RECIPIENTS
    )
    for block in blocks:
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).splitlines():
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip())
        if fields.keys() & {"final-recipient", "original-recipient", "action"}:
            yield fields


def _action(group: dict[str, str], tried: bool) -> str:
    """What became of it; when that is left out, the status' class (RFC 3463 §2) and the words tell."""
    told = re.match(r"[a-z]*", group.get("action", "").lower())
    if told and told[0] in _ACTIONS:
        return told[0]
    if group.get("status", "").startswith("2"):
        return "delivered"
    return "delayed" if tried else "failed"


def _recipient(value: str) -> str:
    """The address of a recipient field `type; address`; empty for one that is no mail address."""
    kind, semicolon, address = value.rpartition(";")
    if semicolon and kind.strip().lower() not in _ENVELOPE_TYPES:
        return ""
    found = _ADDRESS.search(address)
    return found[0].lower() if found else ""


def _returned(leaves: Iterable[Part]) -> Headers | None:
    """The header of the mail that came back, whole or in part (RFC 6522 §3)."""
    for leaf in leaves:
        if leaf.content_type in _RETURNED_TYPES:
            content = leaf.content()[0][:_MOST_BYTES].lstrip(b"\r\n")
            return header_blocks.split(content, 0, len(content), Limits())[0]
    return None


def _message_ids(headers: Headers, returned: Headers | None, notice: str) -> tuple[str, ...]:
    """The Message-IDs that the mail may have had.

    Those of the mail that came back, or of the one that the notice copies; else what the bounce answers.
    """
    found = _ID.findall(_ascii(returned.raw("message-id"))) if returned is not None else []
    found += _QUOTED_ID.findall(notice)
    found = found or _ID.findall(_ascii(headers.raw("in-reply-to")))
    return tuple(dict.fromkeys(one_line(one) for one in found))[:_MOST_IDS]


def _ascii(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _addressed_to(returned: Headers | None, notice: str) -> str:
    """Whom the mail that came back was addressed to, empty when that is not known."""
    if returned is not None:
        field = _ascii(returned.raw("to"))
    else:
        copied = _QUOTED_TO.search(_split_notice(notice)[1])
        field = copied[1] if copied else ""
    found = _ADDRESS.search(field)
    return found[0].lower() if found else ""


def _split_notice(notice: str) -> tuple[str, str]:
    """The notice's own words, and the mail that it copies below them."""
    copy = wording.RETURNED_HEADER.search(notice)
    if copy is None:
        return notice, ""
    begin = copy.start()
    for line in reversed(notice[:begin].splitlines(keepends=True)[-_MOST_FIELDS:]):
        if not _FIELD.match(line):
            break
        begin -= len(line)
    return notice[:begin], notice[begin:]


def _named(own: str, headers: Headers, addressed: str) -> str:
    """Whom a notice names as not reached: of several the one that the mail was addressed to."""
    failed = _ADDRESS.findall(_ascii(headers.raw("x-failed-recipients")))  # Exim, Gmail
    told = [address for line in _TOLD.findall(own) for address in _ADDRESS.findall(line)[:1]]
    named = [address.lower() for address in failed or told or _LISTED.findall(own)[:_MOST_RECIPIENTS]]
    if addressed in named:
        return addressed
    # "Your message to anna@client.example couldn't be delivered."
    telling = [
        line for line in own[:_MOST_BYTES].splitlines() if wording.BOUNCE_TEXT.search(line[:_MOST_LINE])
    ]
    mentioned = {address.lower() for line in telling for address in _ADDRESS.findall(line[:_MOST_LINE])}
    return next(iter(named), "") or (mentioned.pop() if len(mentioned) == 1 else "")


def _telling_line(own: str) -> str:
    """The first line of a notice that gives a reply of SMTP, or else one with words of failure."""
    lines = [line.strip() for line in own[:20_000].splitlines()]
    for pattern in (_STATUS, _ANSWER, wording.BOUNCE_TEXT):
        for line in lines:
            if pattern.search(line[:_MOST_LINE]):
                return line
    return ""
