"""A mail's raw bytes → an IncomingMessage. Bad input never raises here: it is cut, or named a defect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from intake import body as bodies
from intake import links, refusals, reply, screenshots
from intake.incoming import Attachment, Declined, IncomingMessage, Screenshot, StoreFailed
from intake.limits import Limits
from intake.mime import addresses, parameters, parts
from intake.mime import headers as header_blocks
from intake.mime.cleaning import file_name, one_line
from intake.mime.headers import Headers
from intake.mime.parts import Part

_MESSAGE_ID = re.compile(rb"<([^<>]{1,900})>")
_BARE_ID = re.compile(rb"[^\s<>,;]{1,900}")
_MOST_REFERENCES = 100
_JUDGED_CHARS = 4_000  # of the text; machines say what they are at the beginning
_LONGEST_TYPE = 127  # RFC 6838 §4.2
# Finnish "VS" is a reply and "VL" a forward; Danish and Norwegian "VS" is a forward, and loses here.
_FORWARDS = re.compile(r"\s*(?:fwd?|wg|tr|vl|vb|пересл|переслано|пер|пд|rv|enc|pd)\s*:", re.IGNORECASE)
_REPLIES = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|odp|ynt|на|отв|ответ|від|відп)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)

# Parts that a program added and no client thinks of as a file he sent: no word about them to him.
_UNMENTIONED = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
    | {"application/pgp-keys", "application/pgp-encrypted", "message/delivery-status", "text/rfc822-headers"}
    | {"message/disposition-notification", "message/feedback-report", "message/global-delivery-status"}
)


def understand(
    raw: bytes,
    *,
    envelope_from: str | None,
    own_addresses: frozenset[str],
    keep: Callable[[bytes], str],
    limits: Limits,
    accept: bool = False,
) -> IncomingMessage:
    """Say what the mail `raw` is: who wrote it, what is new in it, which screenshots it brings.

    `envelope_from`: the sender that SMTP named, empty for the null sender, None when unknown.
    `own_addresses`: the desk's, in lower case. `keep` stores bytes for good and returns their SHA-256; it is
    called for screenshots and their thumbnails, not at all for a refused mail. `accept`: an agent takes it
    in, whatever the rules of refusal say. Raises StoreFailed when `keep` raises OSError, and nothing
    else, whatever `raw` holds.
    """
    root, defects = parts.read(raw, limits)
    body = bodies.read(root, limits)
    message = replace(
        _header_of(root),
        text=body.text,
        body_digest=body_digest(root),
        defects=tuple(dict.fromkeys((*defects, *body.defects))),
    )
    judged = _judged(message, root, envelope_from, own_addresses)
    if accept and judged.refusal:
        judged = replace(judged, refusal=None, refusal_why="", overruled=judged.refusal)
    is_kept = judged.refusal in (None, "no-sender")
    return _with_files(_with_reply(judged), body, limits, _guarded(keep) if is_kept else _digest)


def _header_of(root: Part) -> IncomingMessage:
    """Read what the header says; everything else is empty yet."""
    headers = root.headers
    hint = root.parameters.get("charset", "")
    sender = addresses.sender(headers, hint)
    return IncomingMessage(
        from_addr=sender.address,
        from_name=sender.name,
        to=addresses.listed(headers, "to", hint),
        cc=addresses.listed(headers, "cc", hint),
        subject=one_line(headers.text("subject", hint)),
        message_id=next(iter(_ids(headers, "message-id")), ""),
        in_reply_to=next(iter(_ids(headers, "in-reply-to")), ""),
        references=_ids(headers, "references"),
        sent_at=_sent_at(headers),
    )


def _judged(
    message: IncomingMessage, root: Part, envelope_from: str | None, own_addresses: frozenset[str]
) -> IncomingMessage:
    """Add whether the mail is refused, and whether a machine wrote it."""
    facts = refusals.Facts(
        headers=root.headers,
        envelope_from=envelope_from,
        from_addr=message.from_addr,
        subject=message.subject,
        content_type=parameters.parse(root.headers.raw("content-type"))[0],  # also of a report without parts
        report_type=root.parameters.get("report-type", "").lower(),
        text=message.text[:_JUDGED_CHARS],
        own_addresses=own_addresses,
    )
    refusal = refusals.refusal_of(facts)
    return replace(
        message,
        auto_reply=refusals.is_auto_reply(facts),
        bounce=refusals.is_bounce(facts),
        refusal=refusal.key if refusal else None,
        refusal_why=one_line(refusal.why) if refusal else "",
    )


def _with_reply(message: IncomingMessage) -> IncomingMessage:
    """Add what is new in the text."""
    reply_text = reply.new_text(
        message.text,
        forwarded=bool(_FORWARDS.match(message.subject)),
        replying=bool(message.in_reply_to or message.references or _REPLIES.match(message.subject)),
    )
    return replace(message, reply_text=reply_text, links_to_shares=links.to_shares(reply_text))


def _with_files(
    message: IncomingMessage, body: bodies.Body, limits: Limits, keep: Callable[[bytes], str]
) -> IncomingMessage:
    """Add the files, screenshots among them."""
    files = _Files(limits, keep)
    for part in body.files:
        files.add(part, is_text=part in body.texts)
    return replace(
        message,
        screenshots=tuple(files.screenshots),
        declined=tuple(files.declined),
        attachments=tuple(files.attachments),
        defects=tuple(dict.fromkeys((*message.defects, *files.defects))),
    )


def body_digest(root: Part) -> str:
    """Return the digest by which a mail that comes again is recognised (promises P2), in hex.

    It is the SHA-256 of the Date and Subject fields (raw, unfolded, runs of white space as one space), each
    with a line feed behind it, and of all bytes below the header block without carriage returns and without
    line feeds at the end. Trace fields (Received, Return-Path, Delivered-To, …) differ between two
    deliveries of one mail and are left out; From and Message-ID are apart in the key. Date and Subject are
    in, for two mails without a text, sent one after the other, are two.
    """
    digest = hashlib.sha256()
    for name in ("date", "subject"):
        digest.update(b" ".join(root.headers.raw(name).split()) + b"\n")
    content = root.raw[root.start : root.end]
    digest.update(content.translate(None, b"\r").rstrip(b"\n"))
    return digest.hexdigest()


class _Files:
    """Sorts a mail's files into screenshots and declined ones, and lists them all."""

    def __init__(self, limits: Limits, keep: Callable[[bytes], str]) -> None:
        self._limits = limits
        self._keep = keep
        self.screenshots: list[Screenshot] = []
        self.declined: list[Declined] = []
        self.attachments: list[Attachment] = []
        self.defects: list[str] = []

    def add(self, part: Part, is_text: bool) -> None:
        """Look at one part's content; `is_text`: it is shown as the mail's text already."""
        content, sound = part.content()
        if not sound:
            self.defects.append("bad-encoding")
        name = file_name(part.file_name) or _inner_subject(part)
        self.attachments.append(
            Attachment(name, part.content_type[:_LONGEST_TYPE], len(content), _digest(content))
        )
        if is_text or _is_unmentioned(part):
            return
        shown_name = name or self._made_up_name(content)
        if screenshots.sniffed_type(content) and len(self.screenshots) >= self._limits.screenshots:
            self.declined.append(Declined(shown_name, "too-many", part.content_type))
            return
        found = screenshots.recognise(content, shown_name, part.content_type, self._limits, self._keep)
        if isinstance(found, Screenshot):
            self.screenshots.append(found)
        elif isinstance(found, Declined):
            self.declined.append(found)

    def _made_up_name(self, content: bytes) -> str:
        suffix = screenshots.suffix_of(content)
        number = len(self.attachments)
        return f"screenshot-{number}.{suffix}" if suffix else f"file-{number}"


def _is_unmentioned(part: Part) -> bool:
    is_nameless_text = part.content_type.startswith("text/") and not part.file_name
    return part.content_type in _UNMENTIONED or (is_nameless_text and part.disposition != "attachment")


def _inner_subject(part: Part) -> str:
    """Name an attached mail after its subject, as mail programs show it."""
    if part.content_type != "message/rfc822":
        return ""
    inner, _ = header_blocks.split(part.raw, part.start, part.end, Limits())
    subject = inner.text("subject").strip()
    return file_name(subject.replace("/", " ") + ".eml") if subject else ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
