"""Which chat a bot means, and whether it may read or write there; refused as the real server refuses."""

from bot.demo.telegram.errors import bad, forbidden
from bot.demo.telegram.things import Bot, Chat, Message
from bot.demo.telegram.world import World


def chat_for(world: World, bot: Bot, chat_id: int | str, *, writing: bool) -> Chat:
    """The chat that a bot names, if it may read or write there."""
    if not isinstance(chat_id, int):
        raise bad("chat not found")
    if chat_id > 0:
        return _private_for(world, bot, chat_id, writing)
    group = world.groups.get(chat_id)
    if group is None or bot.id not in group.members:
        raise bad("chat not found")
    if group.migrated_to is not None and writing:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=group.migrated_to)
    if group.status(bot.id) == "kicked":
        raise forbidden(f"bot was kicked from the {group.type} chat")
    if not group.has(bot.id):
        raise forbidden(f"bot is not a member of the {group.type} chat")
    return group


def _private_for(world: World, bot: Bot, number: int, writing: bool) -> Chat:
    person = world.people.get(number)
    if world.bot_by_id(number) is not None:
        raise forbidden("bots can't send messages to bots")
    if person is None or (number not in bot.started and not _has_met(world, bot, number)):
        raise bad("chat not found")
    if writing and person.get("deactivated"):
        raise forbidden("user is deactivated")
    if writing and number not in bot.started:
        raise forbidden("bot can't initiate conversation with a user")
    if writing and number in bot.blocked:
        raise forbidden("bot was blocked by the user")
    return world.private(bot, person)


def _has_met(world: World, bot: Bot, number: int) -> bool:
    return any(group.has(bot.id) and group.has(number) for group in world.groups.values())


def message_in(chat: Chat, number: int, what: str) -> Message:
    """A message of a chat; `what` was to be done with it."""
    if number not in chat.messages:
        raise bad(f"message to {what} not found")
    return chat.messages[number]
