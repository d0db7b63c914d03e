"""Who may do what, and where: the gate that every update to the agents' bot passes, and leaves if it may not.

Agents act by their Telegram id, in the staff chats of the configuration, as long as they are members there.
Threats 36 and 37 (promises).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from telegram import Bot, CallbackQuery, Chat, Message, Update
from telegram.constants import ChatType

from bot.telegram.agents import enrolling, groups
from bot.telegram.agents.desk import TURN, Afterwards, Agent, AgentsDesk
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat, chat_now, present_chat
from storage.posts import AGENTS, post_of
from storage.topics import ticket_in

log = structlog.get_logger("bot.telegram.rights")

ROLES = ("agent", "head", "admin")
# The least role for a verb; what is not here, any agent may do.
LEAST: Mapping[str, str] = {
    "decide for another": "head",  # take back another's answer, or send what another wrote
    "others' figures": "head",
    "claim a staff chat": "admin",
}
TOLD_AGAIN = timedelta(days=1)  # how often somebody who may not act is told so at most


def allowed(agent: Agent, verb: str) -> bool:
    """Whether an agent's role is enough for a verb."""
    return ROLES.index(agent.role) >= ROLES.index(LEAST.get(verb, "agent"))


async def admitted(update: Update, bot: Bot, desk: AgentsDesk) -> bool:
    """Whether the handlers may have an update; `acting` tells them whose it is then.

    What may not pass is dealt with here, with its outcome in the turn.
    """
    await desk.refresh()
    chat = update.effective_chat
    if update.chat_member is not None:
        desk.members.told(update.chat_member.chat.id, update.chat_member.new_chat_member)
        return False
    if chat is None:
        return await _refused(update, desk, "in no chat of ours")
    if chat.type == ChatType.PRIVATE:
        return await _private(update, desk)
    if not await desk.is_staff_chat(chat.id):
        await groups.unknown(update, chat, bot, desk)
        return False
    if update.my_chat_member is not None or _moves(update):
        await groups.changed(update, chat, desk)
        return False
    return await _in_staff_chat(update, chat, bot, desk)


def _moves(update: Update) -> bool:
    return update.message is not None and update.message.migrate_to_chat_id is not None


async def _private(update: Update, desk: AgentsDesk) -> bool:
    if update.callback_query is not None:
        return await _refused(update, desk, "a button outside of the staff chats")
    if update.message is not None and update.my_chat_member is None:
        await enrolling.written(update.message, desk)
    return False


async def _in_staff_chat(update: Update, chat: Chat, bot: Bot, desk: AgentsDesk) -> bool:
    user, message = update.effective_user, update.effective_message
    query = update.callback_query
    if query is None and message is not None and message.sender_chat is not None:
        return await _anonymous(message, desk)
    if user is None or user.is_bot:
        return False
    agent = desk.agents.get(user.id)
    if agent is None:
        return await _stranger(update, desk)
    if not await desk.members.is_in(bot, await present_chat(chat.id), user.id):
        return await _refused(update, desk, "no member of the staff chat any more")
    if query is not None and not _genuine(query, bot):
        return await _refused(update, desk, "no button of this message", "agents.stale-button")
    TURN.get().agent = agent
    return True


def _genuine(query: CallbackQuery, bot: Bot) -> bool:
    """Whether the message has a button with such data: a client program may send any it likes.

    https://core.telegram.org/bots/api#callbackquery says of `data` that the message can be without it.
    """
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return False
    if message.from_user is None or message.from_user.id != bot.id:
        return False
    keys = (key.callback_data for row in message.reply_markup.inline_keyboard for key in row)
    return query.data is not None and query.data in keys


async def _refused(update: Update, desk: AgentsDesk, why: str, alert: str = "agents.not-allowed") -> bool:
    """Nothing is done; whoever pressed a button is told."""
    query = update.callback_query

    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", why=why)

    async def tell(_: Outcome) -> None:
        if query is not None:
            await desk.pressed(query, desk.words.text(alert), alert=True)

    log.warning("not allowed", why=why, who=update.effective_user.id if update.effective_user else None)
    await desk.effects(unit, tell)
    return False


async def _anonymous(message: Message, desk: AgentsDesk) -> bool:
    """A group's administrator who hides behind it, or a channel: nobody would know who answered."""
    if message.is_automatic_forward or await ticket_meant(message) is None:
        return False

    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", why="anonymous")

    async def tell(_: Outcome) -> None:
        await desk.reply(message, desk.words.text("agents.anonymous"))

    await desk.effects(unit, tell)
    return False


async def _stranger(update: Update, desk: AgentsDesk) -> bool:
    """Somebody in the staff chat whom the desk does not know; once a day he is told so."""
    message, user = update.message, update.effective_user
    assert user is not None
    if update.callback_query is not None:
        return await _refused(update, desk, "not an agent")
    if message is None or await ticket_meant(message) is None:
        return False
    known = await chat_now(AGENTS, user.id)
    due = known is None or known.told_at is None or datetime.now(UTC) - known.told_at > TOLD_AGAIN

    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", why="not an agent")

    async def told(now: datetime) -> None:
        await change_chat(AGENTS, user.id, told_at=now)

    async def tell(_: Outcome) -> Afterwards | None:
        if not due:
            return None
        await desk.reply(message, desk.words.text("agents.stranger"))
        return told

    await desk.effects(unit, tell)
    return False


async def ticket_meant(message: Message) -> int | None:
    """The ticket that a message is about: that of its topic, or of the message that it replies to."""
    if message.is_topic_message and message.message_thread_id:
        return await ticket_in(message.chat_id, message.message_thread_id)
    replied = message.reply_to_message
    post = await post_of(AGENTS, message.chat_id, replied.message_id) if replied else None
    return post.ticket_id if post else None
