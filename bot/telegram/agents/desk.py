"""What the agents' handlers have to know, and how one makes its effects: once, with the entry done."""

import contextvars
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest, RetryAfter, TelegramError
from telegram.ext import CallbackContext

from bot.telegram.agents.membership import Membership
from bot.telegram.errors import TelegramAway, of_agents
from bot.telegram.limits import Pace
from desk.tone import Phrase
from intake import chats
from intake.taking_in.conversation import Outcome
from replies.answering import Desk
from replies.chats.card import Cards
from replies.wording import Wording
from storage.agents import accounts, is_or_was
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Claimed, hold_entry

log = structlog.get_logger("bot.telegram.agents")

Context = CallbackContext[Any, Any, Any, Any]
Unit = Callable[[datetime], Awaitable[Outcome]]
Afterwards = Callable[[datetime], Awaitable[None]]
"""What is noted with the entry's end, of what was told meanwhile."""
Tell = Callable[[Outcome], Awaitable[Afterwards | None]]


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who may act in the staff chat; `role` is agent, head or admin."""

    name: str
    telegram_id: int
    role: str
    line: str


@dataclass(slots=True)
class Turn:
    """One update in hand: its entry, who it is of when he may act, and what became of it."""

    entry: Claimed
    outcome: Outcome | None = None
    agent: Agent | None = None


TURN: contextvars.ContextVar[Turn] = contextvars.ContextVar("turn")


def acting() -> Agent:
    """Whose update is in hand; only in a handler, where `rights.admitted` has looked at him."""
    agent = TURN.get().agent
    if agent is None:
        raise RuntimeError("an update came to a handler without leave")
    return agent


@dataclass(frozen=True, slots=True)
class AgentsDesk:
    """What the handlers have to know.

    `agents`: who may act, by Telegram id: `roster` and those who enrolled, as `refresh` found them last.
    `roster`: everybody whom the configuration names; a `telegram_id` of 0 is to be enrolled. `staff_chats`:
    as configured. `recall`: see `Answer.not_before`. `largest_mail`: bytes of the files of an answer by mail.
    `tone`: what the desk does not want to be heard saying.
    """

    database: Database
    files: FileStore
    desk: Desk
    agents: dict[int, Agent]
    staff_chats: tuple[int, ...]
    recall: timedelta
    roster: Sequence[Agent]
    cards: Cards
    pace: Pace
    members: Membership
    largest_mail: int
    tone: Sequence[Phrase] = ()

    @property
    def words(self) -> Wording:
        """The desk's own language, in which agents are spoken to."""
        return self.cards.words

    async def refresh(self) -> None:
        """Look who may act: another process may have changed it."""
        enrolled = {one.name: one.telegram_id for one in await accounts()}
        found = [
            Agent(one.name, one.telegram_id or enrolled.get(one.name, 0), one.role, one.line)
            for one in self.roster
        ]
        known = {one.telegram_id: one for one in found if one.telegram_id}
        if known != self.agents:
            self.agents.clear()
            self.agents.update(known)

    async def effects(self, unit: Unit, then: Tell | None = None) -> Outcome:
        """Make effects and mark the entry done, in one transaction.

        With `then`, which tells people, the entry is done only after it, so that a crash in between tells
        them once more rather than not at all: `unit` must find its own effects, and `then` may say twice.
        """
        turn, now = TURN.get(), datetime.now(UTC)

        async def whole() -> Outcome:
            await hold_entry(turn.entry)
            outcome = await unit(now)
            if then is None:
                await chats.finish(turn.entry, outcome, now)
            return outcome

        outcome = await self.database.writer.run(whole)
        if then is not None:
            await self._finished(outcome, await then(outcome))
        turn.outcome = outcome
        return outcome

    async def _finished(self, outcome: Outcome, afterwards: Afterwards | None) -> None:
        turn, now = TURN.get(), datetime.now(UTC)

        async def whole() -> None:
            await hold_entry(turn.entry)
            if afterwards is not None:
                await afterwards(now)
            await chats.finish(turn.entry, outcome, now)

        await self.database.writer.run(whole)

    async def is_staff_chat(self, chat_id: int) -> bool:
        """Whether a chat is one of the configured, wherever that has moved."""
        return any([await is_or_was(chat_id, one) for one in self.staff_chats])

    async def reply(
        self, message: Message, text: str, buttons: Sequence[tuple[str, str]] = ()
    ) -> Message | None:
        """Answer a message in its chat, with buttons (text, data) in one row; None when it can't be.

        Raises TelegramAway while Telegram can't be asked, so that the update is tried again.
        """
        keys = [InlineKeyboardButton(label, callback_data=data) for label, data in buttons]
        await self.pace.turn(message.chat_id)
        said: Message | None = await self.asked(
            message.chat_id,
            message.reply_text(
                text,
                do_quote=True,
                allow_sending_without_reply=True,
                reply_markup=InlineKeyboardMarkup([keys]) if keys else None,
            ),
        )
        return said

    async def asked(self, chat_id: int, call: Awaitable[Any]) -> Any:
        """The answer to a call of the Bot API, None when refused for good; raises TelegramAway for now."""
        try:
            return await call
        except TelegramError as exc:
            if isinstance(exc, RetryAfter):
                self.pace.hold(chat_id, of_agents(exc).retry_after)
            if not of_agents(exc).permanent:
                raise away(exc) from exc
            log.warning("refused by Telegram", chat=chat_id, reason=str(exc))
            return None

    async def pressed(self, query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
        """Acknowledge a button; one that was pressed long ago can't be, and need not."""
        try:
            await query.answer(text or None, show_alert=alert)
        except BadRequest as exc:
            log.info("button not acknowledged", reason=str(exc))
        except TelegramError as exc:
            raise away(exc) from exc


def away(error: TelegramError) -> TelegramAway:
    """What an error of the library that passes says to whoever tries updates again."""
    return TelegramAway(str(of_agents(error)))
