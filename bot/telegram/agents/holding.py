"""Answers that wait for their author's word: another agent answered just now, or the ticket is closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.telegram.agents.desk import Afterwards, AgentsDesk, Context, acting
from bot.telegram.agents.rights import allowed
from desk.ticket import NotAllowed
from intake.taking_in.conversation import Outcome
from replies.held_answers import drop_held, send_held
from replies.names import plain_line
from storage.answers import question, question_asked, said_item
from storage.models import DeliveryState
from storage.posts import AGENTS, NewPost, note_post

SEND, REOPEN, DROP = "send", "reopen", "drop"


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handlers of this room."""
    return (CallbackQueryHandler(decided, pattern=rf"^held:({SEND}|{REOPEN}|{DROP}):\d{{1,18}}$"),)


async def ask(desk: AgentsDesk, message: Message, ticket_id: int, item: int, why: str) -> Afterwards | None:
    """Ask about a held answer under it, unless that was done; `why` as `hold_answer` was told."""
    if await question_asked(item):
        return None
    words, number = desk.words, desk.desk.numbering.format(ticket_id)
    kind, _, other = why.partition(" ")
    if kind == "closed":
        text, send = words.text("agents.closed", number=number), ("agents.button.reopen", REOPEN)
    else:
        text = words.text("agents.clash", number=number, name=plain_line(other))
        send = ("agents.button.send", SEND)
    buttons = [
        (words.text(name), f"held:{verb}:{item}") for name, verb in (send, ("agents.button.drop", DROP))
    ]
    asked = await desk.reply(message, text, buttons)

    async def noted(now: datetime) -> None:
        if asked is not None:
            await note_post(
                NewPost(AGENTS, asked.chat_id, asked.message_id, now, ticket_id, mark=question(item))
            )

    return noted


async def decided(update: Update, context: Context) -> None:
    """A button under the question: the answer goes out, or never does."""
    desk: AgentsDesk = context.bot_data["desk"]
    query, agent = update.callback_query, acting()
    assert query is not None and query.data is not None
    _, verb, number = query.data.split(":")
    item = int(number)

    async def unit(now: datetime) -> Outcome:
        said = await said_item(item)
        if said is None or said.delivery is None:
            return Outcome("refused", why="agents.stale-button")
        if said.delivery.held:
            if said.author != agent.name and not allowed(agent, "decide for another"):
                return Outcome("refused", said.ticket_id, "agents.held.others")
            try:
                if verb == DROP:
                    await drop_held(item, agent.name, now)
                else:
                    await send_held(desk.desk, item, agent.name, now, reopen=verb == REOPEN)
            except NotAllowed:
                return Outcome("refused", said.ticket_id, "agents.held.closed")
        stands = await said_item(item)
        gone = stands is None or stands.delivery is None or stands.delivery.state == DeliveryState.CANCELLED
        return Outcome(
            "joined", said.ticket_id, "agents.held.dropped" if gone else "agents.held.sent", item_id=item
        )

    async def tell(outcome: Outcome) -> None:
        text = desk.words.text(outcome.why)
        refused = outcome.what == "refused"
        await desk.pressed(query, text if refused else "", alert=refused)
        if not refused and isinstance(query.message, Message):
            await desk.asked(query.message.chat_id, query.edit_message_text(text))

    await desk.effects(unit, tell)
