"""What understanding one mail may cost, and what must be true of whatever comes out."""

import json
import resource
import time

from intake.incoming import IncomingMessage
from tests.intake.understood import understood

SECONDS = 2.0
MEGABYTES = 200
LONGEST = 1024 * 1024


def check(raw: bytes) -> None:
    """Understand `raw`; what is returned can be stored, sent and shown on one line."""
    message = understood(raw)
    plain = json.dumps(message.to_json(), ensure_ascii=False)
    assert IncomingMessage.from_json(json.loads(plain)).to_json() == message.to_json()
    plain.encode("utf-8")
    assert "\0" not in message.text + message.reply_text + message.subject + message.from_name
    assert not set("\r\n") & set(message.subject + message.from_name + message.from_addr + message.message_id)
    assert message.reply_text.strip() or not message.text.strip()
    if message.forwarded:
        assert message.forwarded.from_addr.count("@") == 1
        assert not set("\r\n\0 ") & set(message.forwarded.from_addr)


def cost(raw: bytes) -> tuple[float, float]:
    """Check `raw`; return the seconds of processor time, and by how many megabytes the peak has risen.

    The peak is the process's own, so only what goes beyond it in a young process counts.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    check(raw)
    seconds = time.process_time() - started
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
