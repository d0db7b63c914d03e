"""What an agent takes back or changes: /undo, a thumb down on his answer, an edit of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telegram import Message, MessageReactionUpdated, ReactionTypeEmoji, Update
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, MessageReactionHandler, filters

from bot.telegram.agents.answers import RECALLED
from bot.telegram.agents.desk import Agent, AgentsDesk, Context, acting
from bot.telegram.agents.received import words
from bot.telegram.agents.rights import allowed, ticket_meant
from intake.taking_in.conversation import Outcome
from replies.recalling import Recall, Rewording, reword, withdraw
from storage.answers import last_answer, said_item
from storage.posts import AGENTS, NewPost, note_post, post_of

DOWN = "👎"
_RECALLED = {
    Recall.DONE: "agents.undo.done",
    Recall.TOO_LATE: "agents.undo.late",
    Recall.NOTHING: "agents.undo.nothing",
}
# What the agent is told of an edit; of one that did what he meant he is told nothing.
_REWORDED = {
    Rewording.MAILED: "agents.edit.mailed",
    Rewording.TOO_LATE: "agents.undo.late",
    Rewording.STAYS_NOTE: "agents.edit.note",
}


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handlers of this room."""
    return (
        CommandHandler("undo", undone, filters=filters.UpdateType.MESSAGE),
        MessageReactionHandler(
            thumbed, message_reaction_types=MessageReactionHandler.MESSAGE_REACTION_UPDATED
        ),
        MessageHandler(filters.UpdateType.EDITED_MESSAGE, edited),
    )


async def undone(update: Update, context: Context) -> None:
    """/undo: takes back the answer that it replies to, or the agent's last in this topic."""
    desk: AgentsDesk = context.bot_data["desk"]
    message, agent = update.message, acting()
    assert message is not None
    ticket_id = await ticket_meant(message)
    if ticket_id is None:
        return

    async def unit(now: datetime) -> Outcome:
        item = await _replied(message) or await last_answer(ticket_id, agent.name)
        if item is None:
            return Outcome("done", ticket_id, "agents.undo.nothing")
        return await _withdrawn(item, agent, ticket_id, now)

    async def tell(outcome: Outcome) -> None:
        await desk.reply(message, desk.words.text(outcome.why))

    await desk.effects(unit, tell)


async def _replied(message: Message) -> int | None:
    """The item that a message replies to, if it is what somebody wrote in the topic."""
    replied = message.reply_to_message
    post = await post_of(AGENTS, message.chat_id, replied.message_id) if replied is not None else None
    return post.item_id if post is not None and post.incoming else None


async def _withdrawn(item: int, agent: Agent, ticket_id: int | None, now: datetime) -> Outcome:
    said = await said_item(item)
    if said is None:
        return Outcome("done", ticket_id, "agents.undo.nothing")
    if said.author != agent.name and not allowed(agent, "decide for another"):
        return Outcome("done", ticket_id, "agents.held.others")
    recalled = await withdraw(item, agent.name, now)
    return Outcome("done", ticket_id, _RECALLED[recalled], item)


async def thumbed(update: Update, context: Context) -> None:
    """A thumb down on an answer takes it back; on anything else it is somebody's opinion."""
    desk: AgentsDesk = context.bot_data["desk"]
    told, agent = update.message_reaction, acting()
    assert told is not None
    if not _down(told.new_reaction) or _down(told.old_reaction):
        return

    async def unit(now: datetime) -> Outcome:
        post = await post_of(AGENTS, told.chat.id, told.message_id)
        if post is None:
            # Reactions tell no topic, so one may be dealt with before its message is, after a downtime.
            await note_post(NewPost(AGENTS, told.chat.id, told.message_id, now, incoming=True, mark=RECALLED))
        if post is None or post.item_id is None or not post.incoming:
            return Outcome("done", why="a thumb down on no answer")
        return await _withdrawn(post.item_id, agent, post.ticket_id, now)

    async def tell(outcome: Outcome) -> None:
        if outcome.item_id is not None or outcome.why == "agents.held.others":
            await _reply_to(desk, told, desk.words.text(outcome.why), context)

    await desk.effects(unit, tell)


def _down(reactions: Sequence[object]) -> bool:
    return any(isinstance(one, ReactionTypeEmoji) and one.emoji == DOWN for one in reactions)


async def _reply_to(desk: AgentsDesk, told: MessageReactionUpdated, text: str, context: Context) -> None:
    """Answer a message of which its number alone is known; a reply stands in its topic by itself."""
    await desk.pace.turn(told.chat.id)
    said = context.bot.send_message(
        told.chat.id, text, reply_to_message_id=told.message_id, allow_sending_without_reply=True
    )
    await desk.asked(told.chat.id, said)


async def edited(update: Update, context: Context) -> None:
    """An edit of an answer or a note: before it went, it is what goes; after it, it follows where it can."""
    desk: AgentsDesk = context.bot_data["desk"]
    message, agent = update.edited_message, acting()
    assert message is not None
    text, note = words(message)

    async def unit(now: datetime) -> Outcome:
        post = await post_of(AGENTS, message.chat_id, message.message_id)
        if post is None or post.item_id is None or not post.incoming:
            return Outcome("done", why="an edit of no answer")
        done = await reword(
            desk.desk, post.item_id, text, agent.name, now, as_note=note, part=message.message_id
        )
        return Outcome("done", post.ticket_id, _REWORDED.get(done, f"edited: {done.name.lower()}"))

    async def tell(outcome: Outcome) -> None:
        if outcome.why.startswith("agents."):
            await desk.reply(message, desk.words.text(outcome.why))

    await desk.effects(unit, tell)
