"""Tells people when a mailbox stops coming in, and when it does again: once for each outage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.notices import Notice, owe_notice
from storage.outbox import Owed, last_key, owe

STOPPED, RESUMED = "stopped", "resumed"


@dataclass(frozen=True, slots=True)
class Alarms:
    """Owes the mails. `recipients`: the agents' addresses; `owed` is told that there is something to send.

    `in_chat`: whom the agents' bot tells besides, as `storage.notices` names them; "" where there is none.
    """

    database: Database
    recipients: Sequence[str]
    language: str
    domain: str
    owed: Callable[[], None]
    in_chat: str = ""

    async def tell(self, mailbox: str, what: str, since: datetime, reason: str, now: datetime) -> bool:
        """Owe a mail to each agent, unless they know already; returns whether any is owed.

        `what`: stopped | resumed; `since` is when it did (UTC). What was said last is looked up, so that a
        restart in the middle of an outage says nothing again. Raises Unavailable.
        """

        async def unit() -> bool:
            last = await last_key(f"alarm:{mailbox}:")
            said = last.split(":")[2] if last else RESUMED
            if said == what:
                return False
            key = f"alarm:{mailbox}:{what}:{since:%Y%m%dT%H%M%S%f}"
            facts = {"what": what, "mailbox": mailbox, "since": since.isoformat(), "reason": reason}
            if self.in_chat:
                told = facts | {"mailed": bool(self.recipients)}
                await owe_notice(Notice(f"{key}:chat", "alarm", self.in_chat, told), now)
            for place, recipient in enumerate(self.recipients):
                await owe(
                    Owed(
                        key=f"{key}:{place}",
                        ticket_id=None,
                        kind="alarm",
                        recipient=recipient,
                        language=self.language,
                        facts=facts,
                    ),
                    self.domain,
                    now,
                )
            return True

        if not (self.recipients or self.in_chat) or not await self.database.writer.run(unit):
            return False
        self.owed()
        return True
