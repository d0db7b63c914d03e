"""Groups that the agents' bot is in: it stays where the configuration or an admin's code wants it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog
from telegram import Bot, Chat, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.telegram.agents.desk import Afterwards, AgentsDesk, away
from bot.telegram.agents.membership import inside
from bot.telegram.errors import TelegramAway
from intake.taking_in.conversation import Outcome
from storage.agents import STAFF_CHAT, move_staff_chat, replace_staff_chat
from storage.chats import change_chat, chat_now, present_chat
from storage.codes import use_code
from storage.posts import AGENTS

log = structlog.get_logger("bot.telegram.groups")

PATIENCE = timedelta(minutes=15)  # for how long a group that an admin has brought us to may show its code
_CLAIM = re.compile(r"/staff(?:@\w+)?\s+(?P<code>[\w -]{4,80}?)\s*", re.IGNORECASE)


async def changed(update: Update, chat: Chat, desk: AgentsDesk) -> None:
    """A staff chat became a supergroup, or our standing in it changed."""
    told, message = update.my_chat_member, update.message

    async def unit(now: datetime) -> Outcome:
        if message is not None and message.migrate_to_chat_id:
            # Telegram's own word, of the same chat; nobody can write such a message.
            await move_staff_chat(chat.id, message.migrate_to_chat_id)
            return Outcome("done", why=f"the staff chat is {message.migrate_to_chat_id} now")
        here = told is not None and inside(told.new_chat_member)
        await change_chat(AGENTS, chat.id, left_at=None if here else now)
        return Outcome("done", why="in the staff chat" if here else "put out of the staff chat")

    outcome = await desk.effects(unit)
    if told is not None and not inside(told.new_chat_member):
        log.error("the agents' bot is no longer in its staff chat", chat=chat.id, why=outcome.why)


async def unknown(update: Update, chat: Chat, bot: Bot, desk: AgentsDesk) -> None:
    """Anything from a chat that is none of ours: it is left, once and without a word."""
    known = await chat_now(AGENTS, chat.id)
    told = update.my_chat_member
    if told is not None and not inside(told.new_chat_member):
        desk.members.left.discard(chat.id)  # if we are brought there again, we leave again
        await _note(desk, chat, "gone from a group", left=True)
        return
    if chat.id in desk.members.left or (told is None and known is not None and known.left_at is not None):
        return
    if told is not None and _is_admin(update, desk):
        # He may have a code for it. Who else is there has none, and learns nothing.
        until = datetime.now(UTC) + PATIENCE
        await _note(desk, chat, "an admin has brought us to a group", left=False, until=until)
        return
    if _is_admin(update, desk):
        # Telegram tells of his bringing us there twice, in no order: the other word is his message.
        if _code(update):
            await _claims(update, chat, bot, desk)
        return
    waits = (known.expects or {}).get("claim") if known is not None and told is None else None
    if waits and datetime.now(UTC) < datetime.fromisoformat(str(waits)) and not _code(update):
        return

    async def unit(_: datetime) -> Outcome:
        return Outcome("done", why="left an unknown group")

    await desk.effects(unit, lambda _: _left(chat, bot, desk))


def _is_admin(update: Update, desk: AgentsDesk) -> bool:
    user = update.effective_user
    agent = desk.agents.get(user.id) if user else None
    return agent is not None and agent.role == "admin"


def _code(update: Update) -> str:
    """The code that somebody shows for a group under his own name, or ""."""
    message = update.message
    if message is None or message.sender_chat is not None:
        return ""
    found = _CLAIM.fullmatch(message.text or "")
    return found["code"] if found else ""


async def _note(desk: AgentsDesk, chat: Chat, why: str, *, left: bool, until: datetime | None = None) -> None:
    async def unit(now: datetime) -> Outcome:
        expects = {"claim": until.isoformat()} if until else None
        await change_chat(AGENTS, chat.id, left_at=now if left else None, expects=expects)
        return Outcome("done", why=why)

    await desk.effects(unit)


async def _claims(update: Update, chat: Chat, bot: Bot, desk: AgentsDesk) -> None:
    """An admin shows the code by which this group stands in for a staff chat; a wrong one ends as no code."""
    message, code, former = update.message, _code(update), 0
    assert message is not None

    async def unit(now: datetime) -> Outcome:
        nonlocal former
        subject = await use_code(STAFF_CHAT, "", code, now)
        if subject is None or int(subject) not in desk.staff_chats:
            return Outcome("refused", why="staff chat: no such code")
        former = await present_chat(int(subject))
        await replace_staff_chat(int(subject), former, chat.id, now)
        return Outcome("done", why=f"the staff chat is {chat.id} now")

    async def tell(outcome: Outcome) -> Afterwards | None:
        if outcome.what == "refused":
            return await _left(chat, bot, desk)
        log.warning("another staff chat", chat=chat.id, former=former)
        await desk.reply(message, desk.words.text("agents.claimed"))
        await desk.asked(former, bot.leave_chat(former))
        return None

    await desk.effects(unit, tell)


async def _left(chat: Chat, bot: Bot, desk: AgentsDesk) -> Afterwards:
    if await has_moved_here(chat, bot, desk.staff_chats):
        raise TelegramAway(f"{chat.id} is what a staff chat has become: its own word of that comes first")
    try:
        if chat.id not in desk.members.left:
            desk.members.left.add(chat.id)
            await bot.leave_chat(chat.id)
            log.warning("left an unknown group", chat=chat.id)
    except (BadRequest, Forbidden) as exc:
        log.info("not left", chat=chat.id, reason=str(exc))  # we are not there any more
    except TelegramError as exc:
        desk.members.left.discard(chat.id)
        raise away(exc) from exc

    async def noted(now: datetime) -> None:
        await change_chat(AGENTS, chat.id, left_at=now, expects=None)

    return noted


async def has_moved_here(chat: Chat, bot: Bot, staff_chats: Iterable[int]) -> bool:
    """Whether Telegram says that a staff chat has become this one; its service message may be on its way.

    A group that has moved refuses whatever is done in it, and names the supergroup that it became.
    """
    for configured in staff_chats:
        present = await present_chat(configured)
        if present == chat.id:
            return True  # its word came in beside us, since we looked whose chat this is
        if str(present).startswith("-100"):
            continue  # a supergroup, which moves no more
        try:
            await bot.send_chat_action(present, ChatAction.TYPING)
        except ChatMigrated as exc:
            if exc.new_chat_id == chat.id:
                return True
        except (BadRequest, Forbidden) as exc:
            log.info("staff chat not asked", chat=present, reason=str(exc))
        except TelegramError as exc:
            raise away(exc) from exc
    return False
