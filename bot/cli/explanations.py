"""What a mail was understood to be: as the documented JSON, and in words with reasons."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.incoming import IncomingMessage

_IMAGE = ("name", "media_type", "width", "height", "size", "sha256")
_FIRST = ("from_addr", "from_name", "subject", "message_id", "in_reply_to", "text", "reply_text")
_NEXT = ("auto_reply", "bounce", "refusal", "refusal_why")
_SHOWN_LINES = 40  # of what is new; the whole is in the JSON

# Where each rule of refusal comes from; the table itself, with the reasons, is `intake.refusals`.
_SOURCES = {
    "own-mail": "RFC 3834 §2: a responder never answers itself",
    "loop": "RFC 5321 §6.3: a mail that goes round must be stopped",
    "bounce": "RFC 3464, RFC 6522 and RFC 5321 §6.1: a report on delivery is answered by nothing",
    "auto-reply": "RFC 3834 §2 and §5: no automatic answer to an automatic answer",
    "null-sender": "RFC 5321 §4.5.5: nothing is sent in answer to the null sender",
    "list": "RFC 2919, RFC 2369 and RFC 3834 §2: an answer would go to a list's readers",
    "bulk": "RFC 2076 §3.9 and RFC 3834 §2: mass mail is answered by nothing",
    "no-reply": "its owner says that nobody reads answers",
    "no-sender": "RFC 5322 §3.6.2 wants one author's address; without it nobody can be answered",
    "spam": "the receiving server that the configuration trusts marked it",
}
_DECLINED = {
    "format": "no JPG, GIF or PNG by its bytes",
    "too-large": "larger than the configured size of a screenshot",
    "too-many-pixels": "more pixels or frames than are decoded",
    "damaged": "it cannot be decoded",
    "too-many": "one mail may bring so many pictures and no more",
}
_DEFECTS = {
    "boundary-guessed": "a multipart whose boundary is missing or wrong; that of its lines was taken",
    "encrypted": "it is encrypted; there is no key here, and it is kept as it came",
    "bad-encoding": "a part is not in the encoding that it declares; what could be read was read",
    "header-junk": "lines among the header fields that are none; they were skipped",
    "header-too-long": "a header field was longer than is read; the rest of it was cut",
    "headers-too-large": "the header was larger than is read; the rest of it was cut",
    "html-too-deep": "HTML nested deeper than is read; its text was taken without its structure",
    "no-boundary": "a multipart without its parts' boundary; it was read as one text",
    "no-empty-line": "no empty line between header and body; the body begins where the fields end",
    "text-cut": "the text was longer than is read; the rest was cut, the raw mail keeps it",
    "too-deep": "parts nested deeper than is read; the inner ones were left closed",
    "too-many-parts": "more parts than are read; the rest was left out",
}


def explained(path: Path, message: IncomingMessage) -> dict[str, Any]:
    """A mail as `explain --json` tells it: the documented fields first, then everything else understood."""
    rest = message.to_json()
    told: dict[str, Any] = {"file": path.name}
    told |= {name: rest.pop(name) for name in _FIRST}
    # Of several authors the first is told; that nobody of them is answered, `refusal` says.
    told["from_addr"] = told["from_addr"] or rest["from_claimed"]
    told["attachments"] = rest.pop("attachments")
    told["images"] = [{name: shot[name] for name in _IMAGE} for shot in rest.pop("screenshots")]
    told |= {name: rest.pop(name) for name in _NEXT}
    told["links"] = rest.pop("links_to_shares")
    return told | rest


def explained_text(path: Path, message: IncomingMessage) -> str:
    """A mail in words: who wrote it, what is new, what is kept, what would become of it and why."""
    return "\n".join([str(path), *(f"  {line}".rstrip() for line in _lines(message)), ""])


def _lines(message: IncomingMessage) -> Iterator[str]:
    yield f"From      {_sender(message)}"
    yield f"Subject   {message.subject or '(none)'}"
    if message.sent_at is not None:
        yield f"Sent      {message.sent_at:%Y-%m-%d %H:%M} UTC, as the sender's clock says"
    yield f"Outcome   {_outcome(message)}"
    yield from _notes(message)
    yield from _new_text(message)
    yield from _files(message)
    for link in message.links_to_shares:
        yield f"File share: {link} (kept and shown to the agents as a link)"
    for defect in message.defects:
        yield f"Defect: {_DEFECTS.get(defect, defect)}"


def _sender(message: IncomingMessage) -> str:
    if message.from_claimed:
        return f"nobody for sure: From names several people, the first is {message.from_claimed}"
    if not message.from_addr:
        return "nobody: From is missing or unreadable"
    return f"{message.from_name} <{message.from_addr}>" if message.from_name else message.from_addr


def _outcome(message: IncomingMessage) -> str:
    if message.refusal == "no-sender" or (not message.refusal and not message.from_addr):
        return f"set aside in quarantine for the agents: {_because(message)}"
    if message.refusal:
        return f"refused as {message.refusal!r}: {_because(message)}. It is kept, and answered by nothing."
    if message.authenticity.verdict == "fail":
        return (
            "taken in as 'sender not verified': it joins no ticket and opens a new one; whether it gets a"
            " confirmation is configured (mail.confirm_unverified)."
        )
    named = len({*message.references, message.in_reply_to} - {""})
    if named:
        return (
            f"taken in. It answers or names {named} earlier mail(s): when one of them is on a ticket of this"
            " sender's, it goes on that ticket; else a ticket's number in the subject decides, when the"
            " ticket is this sender's; else it opens a new one, with a confirmation."
        )
    return (
        "taken in. It answers no earlier mail: a ticket's number in the subject decides, when that ticket is"
        " this sender's; else it opens a new one, with a confirmation."
    )


def _because(message: IncomingMessage) -> str:
    why = message.refusal_why or "there is no usable address in From"
    source = _SOURCES.get(message.refusal or "no-sender")
    return f"{why} ({source})" if source else why


def _notes(message: IncomingMessage) -> Iterator[str]:
    """What stands out besides the outcome."""
    if message.message_id:
        yield f"Id        {message.message_id}: a second copy with the same content is a duplicate"
    else:
        yield "Id        none: equal content of this sender's within 7 days is a duplicate"
    if message.authenticity.verdict != "none":
        verified = {"pass": "genuine", "fail": "not verified"}[message.authenticity.verdict]
        yield f"Sender    {verified}: {message.authenticity.why}"
    if message.forwarded is not None:
        yield f"Forwards  a mail of {message.forwarded.from_addr}; a verified agent opens his ticket with it"
    if message.bounce:
        yield f"Kind      a report on the delivery of another mail{_reported(message)}"
    if message.auto_reply:
        yield "Kind      an automatic reply"


def _reported(message: IncomingMessage) -> str:
    found = message.bounced
    if found is None:
        return ""
    words = (f"to {found.recipient}" if found.recipient else "", found.action, found.status)
    return f" ({' '.join(word for word in words if word)})"


def _new_text(message: IncomingMessage) -> Iterator[str]:
    new = message.reply_text.splitlines()
    whole, kept = _written(message.text), _written(message.reply_text)
    left_out = f"; {whole - kept} of {whole} lines are quotation or signature" if kept < whole else ""
    yield f"New text  {kept} line(s){left_out}:" if new else "New text  none"
    yield from (f"  | {line}" for line in new[:_SHOWN_LINES])
    if len(new) > _SHOWN_LINES:
        yield f"  | … and {len(new) - _SHOWN_LINES} more lines"


def _written(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def _files(message: IncomingMessage) -> Iterator[str]:
    for shot in message.screenshots:
        size = f"{shot.width}×{shot.height} pixels, {shot.size} bytes"
        yield f"Picture kept: {shot.name} ({shot.media_type} by its bytes, {size})"
    for one in message.declined:
        what = f", but {one.hint}" if one.hint and one.hint != "other" else ""
        yield f"File declined: {one.name} ({_DECLINED.get(one.reason, one.reason)}{what})"
    named = {one.name for one in message.screenshots} | {one.name for one in message.declined}
    for part in message.attachments:
        if part.name not in named:
            yield f"Part beside the text: {part.name or '(no name)'} ({part.content_type}, {part.size} bytes)"
