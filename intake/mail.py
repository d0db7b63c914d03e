"""A mail's raw bytes → an IncomingMessage. Bad input never raises here: it is cut, or named a defect."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from intake import authenticity, refusals, reply
from intake import body as bodies
from intake.automatic import bounces
from intake.contents import attached, forwarding, links
from intake.contents.digest import body_digest
from intake.incoming import IncomingMessage, StoreFailed
from intake.limits import Limits
from intake.mime import addresses, parameters, parts
from intake.mime.cleaning import one_line
from intake.mime.headers import Headers
from intake.mime.parts import Part

_MESSAGE_ID = re.compile(rb"<([^<>]{1,900})>")
_BARE_ID = re.compile(rb"[^\s<>,;]{1,900}")
_MOST_REFERENCES = 100
_JUDGED_CHARS = 4_000  # of the text; machines say what they are at the beginning
_REPLIES = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|odp|ynt|на|отв|ответ|від|відп)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)


def understand(
    raw: bytes,
    *,
    envelope_from: str | None,
    own_addresses: frozenset[str],
    keep: Callable[[bytes], str],
    limits: Limits,
    accept: bool = False,
    trusted_authserv_id: str = "",
) -> IncomingMessage:
    """Say what the mail `raw` is: who wrote it, what is new in it, which screenshots it brings.

    `envelope_from`: the sender that SMTP named, empty for the null sender, None when unknown.
    `own_addresses`: the desk's, in lower case. `keep` stores bytes for good and returns their SHA-256; it is
    called for screenshots and their thumbnails, not at all for a refused mail. `accept`: an agent takes it
    in, whatever the rules of refusal say. `trusted_authserv_id`: whose Authentication-Results and verdicts on
    spam are believed, "" for nobody's. Raises StoreFailed when `keep` raises OSError, and nothing
    else, whatever `raw` holds.
    """
    root, defects = parts.read(raw, limits)
    body = bodies.read(root, limits)
    header = _header_of(root, body)
    message = replace(
        header,
        authenticity=authenticity.told(root.headers, trusted_authserv_id, header.from_addr),
        text=body.text,
        body_digest=body_digest(root),
        defects=tuple(dict.fromkeys((*defects, *body.defects))),
    )
    judged = _judged(message, root, envelope_from, own_addresses, trusted_authserv_id)
    if accept and judged.refusal:
        judged = replace(judged, refusal=None, refusal_why="", overruled=judged.refusal)
    is_kept = judged.refusal in (None, "no-sender")
    passed_on = forwarding.find(judged, body.files, limits)
    kept = _guarded(keep) if is_kept else attached.digest
    return _with_files(_with_reply(_with_forward(judged, passed_on)), body, passed_on, limits, kept)


def _header_of(root: Part, body: bodies.Body) -> IncomingMessage:
    """Read what the header says; its raw 8-bit fields are mostly in the charset of the text."""
    headers = root.headers
    hint = next((part.parameters["charset"] for part in body.texts if "charset" in part.parameters), "")
    sender = addresses.sender(headers, hint)
    claimed = sender if sender.address else addresses.claimed(headers, hint)
    return IncomingMessage(
        from_addr=sender.address,
        from_name=claimed.name or sender.name,
        from_claimed="" if sender.address else claimed.address,
        to=addresses.listed(headers, "to", hint),
        cc=addresses.listed(headers, "cc", hint),
        subject=one_line(headers.text("subject", hint)),
        message_id=next(iter(_ids(headers, "message-id")), ""),
        in_reply_to=next(iter(_ids(headers, "in-reply-to")), ""),
        references=_ids(headers, "references"),
        sent_at=_sent_at(headers),
    )


def _judged(
    message: IncomingMessage,
    root: Part,
    envelope_from: str | None,
    own_addresses: frozenset[str],
    trusted_authserv_id: str,
) -> IncomingMessage:
    """Add whether the mail is refused, and whether a machine wrote it."""
    facts = refusals.Facts(
        headers=root.headers,
        envelope_from=envelope_from,
        from_addr=message.from_addr,
        subject=message.subject,
        content_type=parameters.parse(root.headers.raw("content-type"))[0],  # also of a report without parts
        report_type=root.parameters.get("report-type", "").lower(),
        part_types=frozenset(part.content_type for part in parts.leaves(root)),
        text=message.text[:_JUDGED_CHARS],
        own_addresses=own_addresses,
        trusted_authserv_id=trusted_authserv_id,
    )
    judgement = refusals.judge(facts)
    refusal = judgement.refusal
    return replace(
        message,
        auto_reply=judgement.auto_reply,
        bounce=judgement.bounce,
        bounced=bounces.read(root, message.text) if judgement.bounce else None,
        refusal=refusal.key if refusal else None,
        refusal_why=one_line(refusal.why) if refusal else "",
    )


def _with_forward(message: IncomingMessage, passed_on: forwarding.PassedOn) -> IncomingMessage:
    """Add what the mail passes on; without a word of the sender's own, that is what he has to say."""
    forwarded = passed_on.forwarded
    text = message.text or (forwarded.text if forwarded and passed_on.opened else "")
    return replace(message, forwarded=forwarded, text=text)


def _with_reply(message: IncomingMessage) -> IncomingMessage:
    """Add what is new in the text."""
    reply_text = reply.new_text(
        message.text,
        forwarded=forwarding.is_announced(message.subject),
        replying=bool(message.in_reply_to or message.references or _REPLIES.match(message.subject)),
    )
    return replace(message, reply_text=reply_text, links_to_shares=links.to_shares(reply_text))


def _with_files(
    message: IncomingMessage,
    body: bodies.Body,
    passed_on: forwarding.PassedOn,
    limits: Limits,
    keep: Callable[[bytes], str],
) -> IncomingMessage:
    """Add the files, screenshots among them."""
    files = attached.Files(limits, keep)
    read = (*body.texts, *body.opened, *passed_on.opened)
    for part in body.files:
        files.add(part, is_read=part in read)
    for part in (*body.packed, *passed_on.files):
        files.add(part, is_packed=True)
    return replace(
        message,
        screenshots=tuple(files.screenshots),
        declined=tuple(files.declined),
        attachments=tuple(files.attachments),
        defects=tuple(dict.fromkeys((*message.defects, *files.defects))),
    )


def _guarded(keep: Callable[[bytes], str]) -> Callable[[bytes], str]:
    def kept(content: bytes) -> str:
        try:
            return keep(content)
        except OSError as error:
            raise StoreFailed(f"a screenshot could not be kept: {error}") from error

    return kept


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    """Return the message identifiers of a field in angle brackets (RFC 5322 §3.6.4), also sloppy ones."""
    raw = headers.raw(name)
    found = [b"".join(match.split()) for match in _MESSAGE_ID.findall(raw)]
    if not found and b"<" not in raw:
        found = (
            _BARE_ID.findall(raw)[:1]
            if name == "message-id"
            else [one for one in _BARE_ID.findall(raw) if b"@" in one]
        )
    texts = [one_line(one.decode("utf-8", errors="replace")) for one in found]
    # The nearest mails stand at the end, the first one of the thread at the beginning.
    kept = texts if len(texts) <= _MOST_REFERENCES else [texts[0], *texts[1 - _MOST_REFERENCES :]]
    return tuple(dict.fromkeys(f"<{text}>" for text in kept if text))


def _sent_at(headers: Headers) -> datetime | None:
    try:
        sent = parsedate_to_datetime(headers.raw("date")[:200].decode("ascii", errors="replace"))
        return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
