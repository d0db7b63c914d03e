"""Buttons in a client's private chat: whose they are, and the word that ends their waiting."""

from dataclasses import dataclass

import structlog
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery

from bot.telegram.clients.desk import ClientsDesk
from bot.telegram.clients.understood import language_of

log = structlog.get_logger("bot.telegram.clients")


@dataclass(frozen=True, slots=True)
class Presser:
    """Where a button was pressed: a private chat and the message under which it stands."""

    chat_id: int
    message_id: int


def presser(query: CallbackQuery) -> Presser | None:
    """Where a button was pressed, or None anywhere but in the presser's own chat with us."""
    message = query.message
    if message is None or message.chat.type != "private" or message.chat.id != query.from_user.id:
        return None
    return Presser(message.chat.id, message.message_id)


def not_yours(query: CallbackQuery, desk: ClientsDesk) -> str:
    """What somebody is told whose button we do not know, in his program's language."""
    return desk.languages.text(language_of(query.from_user.language_code), "rated.button.not-yours")


async def answered(query: CallbackQuery, alert: str = "") -> None:
    """End the button's waiting; what it was pressed for is done already, so a failure is only noted."""
    try:
        await query.answer(alert or None, show_alert=bool(alert))
    except AiogramError as exc:
        # Too old a press, for one: https://core.telegram.org/bots/api#answercallbackquery
        log.info("button not answered", reason=str(exc))
