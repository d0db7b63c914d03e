"""What the listener received, as an entry for the inbox: nothing is parsed before the 250."""

import re
from hashlib import sha256

from intake.smtp import Delivered
from storage.inbox import Arrival, arrival_key

_HEADERS_MOST = 64 * 1024  # bytes looked at for the From line
_FROM = re.compile(rb"(?im)^from:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
_ADDRESS = re.compile(rb"[^\s<>\",;:()]+@[^\s<>\",;:()]+")


def arrival(delivered: Delivered, protocol: str) -> Arrival:
    """The entry to record for one DATA; `protocol` is smtp or lmtp."""
    return Arrival(
        key=arrival_key(delivered.recipients, delivered.body),
        channel=protocol,
        conversation=conversation(delivered.body, delivered.mail_from),
        envelope={
            "mail_from": _text(delivered.mail_from),
            "recipients": [_text(recipient) for recipient in delivered.recipients],
            "peer": delivered.peer,
            "helo": _text(delivered.helo),
            "tls": delivered.tls,
        },
        body=delivered.body,
        received_at=delivered.received_at,
    )


def conversation(body: bytes, mail_from: str) -> str:
    """A key that mails of one sender share, so that they are processed in order.

    By the From line as it stands; a wrong guess costs order between odd mails, never a mail.
    """
    headers = body[:_HEADERS_MOST].partition(b"\r\n\r\n")[0]
    line = _FROM.search(headers)
    addresses = _ADDRESS.findall(line.group(1)) if line else []
    sender = addresses[-1].lower() if addresses else mail_from.lower().encode("utf-8", "surrogateescape")
    return sha256(sender).hexdigest()


def _text(value: str) -> str:
    # 8-bit envelopes reach us as surrogates, which no database takes (promises, threat 45).
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")
