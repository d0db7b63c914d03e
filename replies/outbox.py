"""The worker that delivers what is owed: claims, composes once, hands to a carrier, notes how it ended."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from replies.delivery_error import DeliveryError
from replies.mime import Unmailable
from storage.hand import Hand
from storage.insist import insist
from storage.outbox import Due, Outbox
from storage.threads import in_thread

log = structlog.get_logger("replies.outbox")

IN_HAND = 16  # deliveries claimed at a time
COMPOSE_TRIES = 5  # a wording may be mended meanwhile
CARRY_TRIES = 5  # before a delivery that a carrier can't even try is given up
GIVE_UP = timedelta(days=5)  # RFC 5321, section 4.5.4.1: at least 4-5 days
# Seconds before the next try of a delivery, by the number of tries; spread by a tenth each way.
BACKOFF = (60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
POLICY = 5  # mails refused as such in a row, after which it is the relay's policy rather than theirs
PAUSE_MOST = 60.0  # seconds that a channel rests at most between two looks whether it is back


class Carrier(Protocol):
    """Takes a composed message to a recipient."""

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Counts:
    """What has happened since the start, for metrics."""

    sent: int = 0
    deferred: int = 0
    dead: int = 0


@dataclass(slots=True)
class Pause:
    """A channel's rest after a failure that was not one delivery's own; times are the loop's clock."""

    until: float = 0.0
    seconds: float = 0.0
    reason: str = ""


class Deliveries:
    """Delivers one channel until stopped; what it had claimed is given back by the lease when it dies."""

    def __init__(
        self,
        channel: str,
        outbox: Outbox,
        compose: Callable[[Due], bytes],
        carrier: Carrier,
        *,
        sender: Callable[[Due], str] = lambda _: "",
        sole: bool,
        backoff: Sequence[float] | None = None,
    ) -> None:
        """`compose` words a delivery, `sender` tells its envelope sender; `sole` as in Processing."""
        self.channel = channel
        self._outbox = outbox
        self._compose = compose
        self._carrier = carrier
        self._sender = sender
        self._backoff = BACKOFF if backoff is None else backoff
        self._hand = Hand("delivery", self._begin, self._release, sole=sole)
        self.pause = Pause()
        self.counts = Counts()
        self._refused = 0  # mails in a row, by policy
        self._last_refusal = ""
        self._unsure: set[int] = set()  # deliveries whose answer was lost once

    @property
    def trouble(self) -> str:
        """What people should look at: why the channel rests, or that every mail is refused; else empty."""
        if self.pause.seconds:
            return self.pause.reason
        if self._refused > POLICY:
            return f"the last {self._refused} mails were refused: {self._last_refusal}"
        return ""

    def wake(self) -> None:
        """Something is owed: look now rather than at the next poll."""
        self._hand.wake()

    async def run(self) -> None:
        """Deliver until `stop`; raises Unavailable when the database can't be reached."""
        await self._hand.run()

    async def stop(self) -> None:
        """Claim nothing more, finish what is in hand, take leave of the other side."""
        await self._hand.stop()
        await self._carrier.close()

    async def _begin(self) -> int:
        claimed = await self._claim()
        for due, content in await self._composed(claimed):
            self._hand.hold(due.id, self._one(due, content))
        return len(claimed)

    async def _release(self, all_claims: bool, besides: tuple[int, ...]) -> int:
        return await self._outbox.release(self.channel, _now(), all_claims=all_claims, besides=besides)

    async def _claim(self) -> list[Due]:
        room = IN_HAND - len(self._hand)
        if self.pause.until > _clock():
            return []
        if self.pause.seconds:
            room = min(room, 1 - len(self._hand))  # one goes ahead to see whether the channel is back
        elif room < IN_HAND // 2:
            return []  # claiming a few at a time costs as much as claiming many
        return await self._outbox.claim(self.channel, room, _now()) if room > 0 else []

    async def _composed(self, claimed: list[Due]) -> list[tuple[Due, bytes]]:
        """The bytes of each: those of an earlier attempt, or fresh ones, fixed before they leave."""
        ready: list[tuple[Due, bytes]] = []
        fresh: list[tuple[int, bytes]] = []
        for due in claimed:
            content = due.content
            if content is None:
                try:
                    # Files are read, and pictures drawn anew, off the loop; words alone take no time.
                    content = (
                        await in_thread(self._compose, due) if due.facts.get("files") else self._compose(due)
                    )
                except Exception as exc:  # noqa: BLE001 - one that can't be worded must not stop the others
                    reason = f"could not be composed: {type(exc).__name__}: {exc}"
                    hopeless = isinstance(exc, Unmailable) or due.attempts >= COMPOSE_TRIES
                    await self._failed(due, DeliveryError(reason, permanent=hopeless))
                    continue
                fresh.append((due.id, content))
            ready.append((due, content))
        if fresh:
            await insist(lambda: self._outbox.composed(fresh), self._hand.over)
        return ready

    async def _one(self, due: Due, content: bytes) -> None:
        try:
            receipt = await self._carrier.deliver(self._sender(due), due.recipient, due.message_id, content)
        except DeliveryError as exc:
            await self._failed(due, exc)
        except Exception as exc:  # noqa: BLE001 - what no carrier foresaw must not come back for ever
            reason = f"could not be handed over: {type(exc).__name__}: {exc}"
            await self._failed(due, DeliveryError(reason, permanent=due.attempts >= CARRY_TRIES))
        else:
            self.pause = Pause()
            self._refused = 0
            self._unsure.discard(due.id)
            self.counts.sent += 1
            sent_at = _now()
            await insist(lambda: self._outbox.sent(due.id, receipt, sent_at), self._hand.over)
            log.info("delivered", delivery=due.id, kind=due.kind, ticket=due.ticket_id, receipt=receipt)

    async def _failed(self, due: Due, error: DeliveryError) -> None:
        reason = str(error)
        if error.unknown and due.id not in self._unsure:
            self._unsure.add(due.id)
        elif error.unknown:
            # Whoever reads it twice knows by its number that it is the same; but not five days long (P7).
            error = DeliveryError(f"it is unknown whether it arrived: {reason}", permanent=True)
            reason = str(error)
        if not error.permanent and _now() - due.created_at > GIVE_UP:
            error = DeliveryError(f"given up after {GIVE_UP.days} days: {reason}", permanent=True)
            reason = str(error)
        if error.permanent:
            self.counts.dead += 1
            self._unsure.discard(due.id)
            if error.policy:
                self._refused, self._last_refusal = self._refused + 1, reason
            log.error("undeliverable", delivery=due.id, kind=due.kind, ticket=due.ticket_id, reason=reason)
            await insist(lambda: self._outbox.dead(due, reason, _now()), self._hand.over)
            return
        self.counts.deferred += 1
        log.warning("deferred", delivery=due.id, kind=due.kind, ticket=due.ticket_id, reason=reason)
        if error.channel:
            self._rest(error)
            await insist(lambda: self._outbox.unclaimed(due.id, reason, _now()), self._hand.over)
        else:
            pause = max(error.retry_after, self._backoff[min(due.attempts, len(self._backoff)) - 1])
            until = _now() + timedelta(seconds=error.retry_after if error.exact else _spread(pause))
            await insist(lambda: self._outbox.deferred(due.id, reason, until), self._hand.over)

    def _rest(self, error: DeliveryError) -> None:
        """Let the whole channel rest: 1 s, 2 s … a minute, or as long as the error asks."""
        if self.pause.until > _clock():
            return  # it rests already: several deliveries met the same failure
        seconds = min(PAUSE_MOST, max(1.0, self.pause.seconds * 2))
        self.pause = Pause(_clock() + _spread(max(seconds, error.retry_after)), seconds, str(error))


def _spread(seconds: float) -> float:
    # Many deliveries deferred together must not come back together.
    return seconds * random.uniform(1.0, 1.2)  # noqa: S311 - no secret


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _now() -> datetime:
    return datetime.now(UTC)
