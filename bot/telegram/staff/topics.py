"""Brings the staff chats up to date: a topic a ticket, its card, every item of its thread, answers' marks.

It says what the database holds and the chat does not show yet, so nothing has to be owed for it, a crash
loses nothing, and a topic that was deleted is made again with all of its thread. The oldest deadline goes
first; each chat goes at its own pace, and none waits for another.
"""

import asyncio
import functools
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import structlog
from telegram import Bot
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot.telegram.errors import of_agents
from bot.telegram.limits import Pace
from bot.telegram.staff import doing
from bot.telegram.staff.backlog import Backlog, Task
from bot.telegram.staff.failures import Failure, failure
from bot.telegram.staff.misses import Misses
from bot.telegram.staff.planning import View, next_step
from bot.telegram.staff.speaking import Speaker
from bot.telegram.staff.steps import Steps
from replies.chats.card import Cards
from storage.behind import Watch, still_due, waiting
from storage.chats import present_chat
from storage.database import Database
from storage.files import FileStore
from storage.topics import Topics
from storage.writer import Unavailable

log = structlog.get_logger("bot.telegram.topics")

LOOK = 0.5  # seconds between two looks for what has changed
CHAT_PAUSE = 30.0  # seconds before a chat is tried again that the bot is out of, or a line that broke
REFUSALS = 3  # of an item, before it is passed over with a word
LOST = 2  # answers of Telegram's to the same step, before it counts as said (promises, P7)


class Staff:
    """Runs until stopped."""

    def __init__(
        self, bot: Callable[[], Bot], database: Database, files: FileStore, cards: Cards, pace: Pace,
        chat_of: Callable[[str], int], shown: Callable[[bytes], bytes],
    ) -> None:  # fmt: skip
        """`chat_of` tells a line's staff chat; `shown` as in `ClientsCarrier`."""
        self._cards, self._pace, self._chat_of = cards, pace, chat_of
        self._topics = Topics(database)
        self._speaker = Speaker(bot, files, pace, shown)
        self._steps = Steps(database, self._topics, cards, self._speaker, chat_of)
        self._watch = Watch()
        self._backlog = Backlog()
        self._hands: dict[int, asyncio.Task[None]] = {}  # by chat: one step at a time
        self._troubles: dict[int, str] = {}
        self._unsure: set[int] = set()  # chats in which Telegram's answer was lost, to be asked first
        self._misses = Misses()
        self._grows_old: dict[int, datetime] = {}  # when a ticket's card will tell another time that is left
        self._over = asyncio.Event()
        self._wake = asyncio.Event()

    @property
    def trouble(self) -> str:
        """Why some staff chat is not up to date; "" while all is well."""
        return "; ".join(dict.fromkeys(self._troubles.values()))

    def wake(self) -> None:
        """Something has changed: look now."""
        self._wake.set()

    async def run(self) -> None:
        """Keep topics up to date until `stop`; raises Unavailable when the database can't be reached."""
        self._over.clear()
        try:
            await self._add(await self._watch.start())
            self._grows_old = dict.fromkeys(await still_due(), datetime.now(UTC))
            while not self._over.is_set():
                await self._add(await self._watch.changed())
                await self._refresh()
                self._begin()
                await self._rest()
        finally:
            await self._let_go()

    async def stop(self) -> None:
        """Say nothing more."""
        self._over.set()
        self._wake.set()

    async def _add(self, ticket_ids: Collection[int], *, refresh: bool = False) -> None:
        if not ticket_ids:
            return
        found = await waiting(ticket_ids)
        chats = {line: await present_chat(self._chat_of(line)) for line in {one.line for one in found}}
        self._backlog.add(
            Task(one.ticket_id, one.chat_id or chats[one.line], one.due_at, refresh) for one in found
        )

    async def _refresh(self) -> None:
        """Have cards looked at that tell a time left that is not true any more."""
        now = datetime.now(UTC)
        old = [ticket_id for ticket_id, at in self._grows_old.items() if at <= now]
        for ticket_id in old:
            del self._grows_old[ticket_id]
        await self._add(old, refresh=True)

    def _begin(self) -> None:
        """Start a step in every chat that may speak now."""
        now = asyncio.get_running_loop().time()
        for chat_id in self._backlog.chats():
            if chat_id in self._hands or self._pace.delay(chat_id) > 0:
                continue
            task = self._backlog.next(chat_id, now)
            if task is not None:
                hand = asyncio.create_task(self._one(task), name=f"staff chat {chat_id}")
                self._hands[chat_id] = hand
                hand.add_done_callback(functools.partial(self._free, chat_id))

    def _free(self, chat_id: int, hand: asyncio.Task[None]) -> None:
        del self._hands[chat_id]
        if not hand.cancelled() and (exc := hand.exception()) is not None:
            log.error("staff chat", chat=chat_id, reason=f"{type(exc).__name__}: {exc}")
        self._wake.set()

    async def _rest(self) -> None:
        delays = [self._pace.delay(chat) for chat in self._backlog.chats() if chat not in self._hands]
        soonest = min([LOOK, *(delay for delay in delays if delay > 0)])
        try:
            await asyncio.wait_for(self._wake.wait(), soonest)
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def _let_go(self) -> None:
        """Let steps in hand end: one that was cut off would be said again."""
        if self._hands:
            await asyncio.wait(list(self._hands.values()), timeout=8)
        for hand in list(self._hands.values()):
            hand.cancel()

    async def _one(self, task: Task) -> None:
        """Take one step of a ticket; what fails is this ticket's or this chat's alone."""
        step: doing.Step | None = None
        view: View | None = None
        try:
            if task.chat_id in self._unsure:
                await self._speaker.bot.get_chat(task.chat_id)
                self._unsure.discard(task.chat_id)
            ticket = await self._steps.ticket(task.ticket_id)
            if ticket is None:
                self._backlog.done(task)
                return
            view = await self._steps.view(ticket, self._misses.spoilt(ticket.id))
            step = next_step(view, self._cards)
            await self._do(task, view, step)
        except TelegramError as exc:
            await self._failed(task, view, step, exc)
        except Unavailable as exc:
            self._put_off(task, str(exc), CHAT_PAUSE, failed=False)
        except Exception as exc:  # one that can't be shown must not stop the others
            log.exception("ticket not shown", ticket=task.ticket_id)
            self._troubles[task.chat_id] = f"ticket {task.ticket_id}: {type(exc).__name__}: {exc}"
            self._put_off(task, str(exc), self._backlog.pause(task), failed=True)

    async def _do(self, task: Task, view: View, step: doing.Step) -> None:
        match step:
            case doing.Done():
                if view.topic is None:
                    await self._topics.unmark(task.ticket_id)
                self._backlog.done(task)
                self._note_age(view)
            case doing.Wait(seconds):
                self._backlog.put_off(task, asyncio.get_running_loop().time() + seconds, failed=False)
            case _:
                await self._steps.take(view, step)
                self._troubles.pop(task.chat_id, None)
                self._misses.forget(task.ticket_id, step)
                self._backlog.stepped(task)
                if view.topic is None or isinstance(step, doing.Farewell):
                    await self._add([task.ticket_id])  # it goes on elsewhere

    def _note_age(self, view: View) -> None:
        at = self._cards.changes_at(view.ticket, view.now) if view.topic is not None else None
        if at is not None:
            self._grows_old[view.ticket.id] = at
        else:
            self._grows_old.pop(view.ticket.id, None)
        self._misses.over(view.ticket.id)

    async def _failed(
        self, task: Task, view: View | None, step: doing.Step | None, exc: TelegramError
    ) -> None:
        error, kind = of_agents(exc), failure(exc)
        log.warning("topic not up to date", ticket=task.ticket_id, chat=task.chat_id, reason=str(error))
        match kind:
            case Failure.MIGRATED if isinstance(exc, ChatMigrated):
                await self._topics.moved(task.chat_id, exc.new_chat_id)
                await self._add(self._backlog.of(task.chat_id))
            case Failure.NO_TOPIC | Failure.TOPIC_CLOSED | Failure.NO_MESSAGE:
                # What was learnt of the place is noted: the next step makes up for it.
                self._put_off(task, str(error), 0 if task.failures < REFUSALS else CHAT_PAUSE, failed=True)
                await self._add([task.ticket_id])
            case Failure.CHAT:
                self._hold(task.chat_id, f"staff chat {task.chat_id}: {error}", CHAT_PAUSE)
            case Failure.REFUSED:
                self._misses.add(task.ticket_id, step, "unshowable", REFUSALS)
                self._put_off(task, str(error), self._backlog.pause(task), failed=True)
            case _:
                # It asks for a pause, can't be reached, has a fault of its own, or its answer was lost.
                trouble = "" if isinstance(exc, RetryAfter) else f"staff chat {task.chat_id}: {error}"
                self._hold(task.chat_id, trouble, error.retry_after or self._backlog.pause(task))
                self._backlog.put_off(task, 0.0, failed=not error.exact)
                if error.unknown:
                    await self._lost(task, view, step)

    async def _lost(self, task: Task, view: View | None, step: doing.Step | None) -> None:
        """It may have been said: ask whether Telegram is there before it is said once more (promises, P7)."""
        self._unsure.add(task.chat_id)
        if self._misses.add(task.ticket_id, step, "unsure", LOST) and isinstance(step, doing.Tell):
            assert view is not None and view.topic is not None
            await self._topics.change(view.topic.id, seen_event=step.seen)

    def _hold(self, chat_id: int, trouble: str, seconds: float) -> None:
        self._pace.hold(chat_id, seconds)
        if trouble:
            self._troubles[chat_id] = trouble

    def _put_off(self, task: Task, reason: str, seconds: float, *, failed: bool) -> None:
        until = asyncio.get_running_loop().time() + seconds
        self._backlog.put_off(task, until, failed=failed)
        if seconds:
            self._troubles.setdefault(task.chat_id, f"ticket {task.ticket_id}: {reason}")
