"""Buttons under a card or a question: VERB:TICKET asks on, VERB:TICKET:CHOICE gives the command with it.

They are believed as little as any text: the verb must be a command's, and the ticket that of the place where
the button stands (threat 36). That the message has the button at all, and who presses it, is looked at before
(`rights.admitted`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.telegram.agents.commands import telling
from bot.telegram.agents.commands.asked import Asked, Extras, Said
from bot.telegram.agents.commands.registry import COMMANDS, EITHER, TICKET, Command
from bot.telegram.agents.commands.running import DESK, EXTRAS, carry_out, refusal
from bot.telegram.agents.desk import Afterwards, AgentsDesk, Context, acting
from bot.telegram.agents.rights import ticket_meant
from desk.ticket import NotAllowed
from intake.taking_in.conversation import Outcome
from replies.answering import Refused
from storage.posts import AGENTS, post_of
from storage.topics import topic_of

_ALERT = 200  # characters: https://core.telegram.org/bots/api#answercallbackquery


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handler of the buttons that give commands."""
    verbs = "|".join(COMMANDS)
    return (CallbackQueryHandler(pressed, pattern=rf"^(?:{verbs}):[0-9]{{1,18}}(?::[^:]+)*$"),)


async def pressed(update: Update, context: Context) -> None:
    """Somebody presses a button."""
    query = update.callback_query
    assert query is not None and query.data is not None
    desk: AgentsDesk = context.bot_data[DESK]
    name, ticket, *choice = query.data.split(":")
    command, ticket_id = COMMANDS[name], int(ticket) or None
    agent = acting()
    asked = Asked(agent, desk, context.bot_data.get(EXTRAS, Extras()), name, " ".join(choice), ticket_id)
    message = query.message
    if not isinstance(message, Message) or not await _may(asked, command, message):
        await _not_allowed(desk, query)
        return
    asks = bool(choice) and not await _is_card(message, ticket_id)

    async def tell(said: Said) -> Afterwards | None:
        return await _told(desk, query, message, said, asks=asks)

    try:
        await carry_out(asked, command, tell)
    except (Refused, NotAllowed) as exc:
        await _refused(asked, query, exc)


async def _may(asked: Asked, command: Command, message: Message) -> bool:
    """Whether the agent's role is enough, and the ticket is the one of the place."""
    if asked.agent.role not in command.roles:
        return False
    if command.where != EITHER and (command.where == TICKET) != (asked.ticket_id is not None):
        return False
    if asked.ticket_id is None:
        return True
    post = await post_of(AGENTS, message.chat_id, message.message_id)
    here = post.ticket_id if post is not None and post.ticket_id else await ticket_meant(message)
    return here == asked.ticket_id


async def _is_card(message: Message, ticket_id: int | None) -> bool:
    """Whether the button stands on a ticket's card, which is not written over."""
    topic = await topic_of(ticket_id) if ticket_id else None
    return topic is not None and (topic.chat_id, topic.card_id) == (message.chat_id, message.message_id)


async def _told(
    desk: AgentsDesk, query: CallbackQuery, message: Message, said: Said, *, asks: bool
) -> Afterwards | None:
    """In place of the question; under a card further questions as a message, and what is done as a notice."""
    short = not said.rows and len(said.text) <= _ALERT
    # A notice comes at once, whereas the group's messages may have to wait for their turn.
    await desk.pressed(query, said.text if short else "")
    if asks:
        await telling.replace(desk, message, said)
    elif not short:
        return await telling.reply(desk, message, said)
    return None


async def _refused(asked: Asked, query: CallbackQuery, error: Refused | NotAllowed) -> None:
    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", asked.ticket_id, str(error)[:150])

    async def tell(_: Outcome) -> None:
        await asked.desk.pressed(query, refusal(asked, error)[:_ALERT], alert=True)

    await asked.desk.effects(unit, tell)


async def _not_allowed(desk: AgentsDesk, query: CallbackQuery) -> None:
    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", why="a button of another place")

    async def tell(_: Outcome) -> None:
        await desk.pressed(query, desk.words.text("agents.not-allowed"), alert=True)

    await desk.effects(unit, tell)
