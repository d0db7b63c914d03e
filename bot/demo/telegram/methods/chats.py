"""Methods that tell of chats and who is in them, and leave one."""

from bot.demo.telegram.access import chat_for
from bot.demo.telegram.errors import bad
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.things import Bot, Json
from bot.demo.telegram.world import World


def get_chat(world: World, bot: Bot, asked: Json, _: Limits | None) -> Json:
    """ChatFullInfo, as much of it as is asked for by anybody."""
    chat = chat_for(world, bot, asked["chat_id"], writing=False)
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
                           "gifts_from_channels"), True)  # fmt: skip
    found = {**chat.told(), "accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}
    if chat.pinned:
        found["pinned_message"] = chat.pinned[-1].told(bot, reply=False)
    return found


def get_chat_member(world: World, bot: Bot, asked: Json, _: Limits | None) -> Json:
    """What somebody is in a chat."""
    chat = chat_for(world, bot, asked["chat_id"], writing=False)
    if asked["user_id"] not in world.people and world.bot_by_id(asked["user_id"]) is None:
        raise bad("PARTICIPANT_ID_INVALID")
    if chat.type == "private":
        return {"user": world.user(asked["user_id"]), "status": "member"}
    return world.member(chat, asked["user_id"])


def get_chat_administrators(world: World, bot: Bot, asked: Json, _: Limits | None) -> list[Json]:
    """Who has rights there."""
    chat = chat_for(world, bot, asked["chat_id"], writing=False)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    return [world.member(chat, one) for one in chat.members
            if chat.status(one) in ("creator", "administrator")]  # fmt: skip


def get_chat_member_count(world: World, bot: Bot, asked: Json, _: Limits | None) -> int:
    """How many are there."""
    chat = chat_for(world, bot, asked["chat_id"], writing=False)
    return 2 if chat.type == "private" else sum(chat.has(one) for one in chat.members)


def leave_chat(world: World, bot: Bot, asked: Json, _: Limits | None) -> bool:
    """The bot goes."""
    chat = chat_for(world, bot, asked["chat_id"], writing=True)
    if chat.type == "private":
        raise bad("chat member status can't be changed in private chats")
    world.set_member(chat, bot.id, bot.user, {"status": "left"})
    return True
