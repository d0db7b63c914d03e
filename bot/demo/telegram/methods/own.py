"""Methods about the bot itself, and about files that it fetches."""

import re

from bot.demo.telegram.errors import bad
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.things import Bot, Json
from bot.demo.telegram.world import World

FETCHED_MOST = 20 << 20
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def get_me(_: World, bot: Bot, _asked: Json, _limits: Limits | None) -> Json:
    """Who the bot is."""
    return {
        **bot.user,
        "can_join_groups": True,
        "can_read_all_group_messages": bot.sees_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_file(world: World, bot: Bot, asked: Json, _: Limits | None) -> Json:
    """Where a file can be fetched from."""
    owner, file = world.files.get(asked["file_id"], (None, None))
    if file is None or owner is not bot:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > FETCHED_MOST:
        raise bad("file is too big")
    path = f"{file.kind}s/file_{file.number}"
    world.paths[f"{bot.token}/{path}"] = file
    told = file.told(bot)
    return {key: told[key] for key in ("file_id", "file_unique_id", "file_size")} | {"file_path": path}


def set_my_commands(_: World, bot: Bot, asked: Json, _limits: Limits | None) -> bool:
    """The menu of commands."""
    for one in asked["commands"]:
        if not _COMMAND.fullmatch(one.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(asked)] = asked["commands"]
    return True


def get_my_commands(_: World, bot: Bot, asked: Json, _limits: Limits | None) -> list[Json]:
    """What the menu is."""
    found: list[Json] = bot.commands.get(_scope(asked), [])
    return found


def delete_my_commands(_: World, bot: Bot, asked: Json, _limits: Limits | None) -> bool:
    """No menu."""
    bot.commands.pop(_scope(asked), None)
    return True


def set_my_name(_: World, bot: Bot, asked: Json, _limits: Limits | None) -> bool:
    """What people see above the chat."""
    return _text(bot, "name", asked, 64)


def set_my_description(_: World, bot: Bot, asked: Json, _limits: Limits | None) -> bool:
    """What people see before they begin."""
    return _text(bot, "description", asked, 512)


def set_my_short_description(_: World, bot: Bot, asked: Json, _limits: Limits | None) -> bool:
    """What people see on its page."""
    return _text(bot, "short_description", asked, 120)


def _text(bot: Bot, key: str, asked: Json, most: int) -> bool:
    if len(asked.get(key, "")) > most:
        raise bad(f"{key} is too long")
    bot.commands[f"{key} {asked.get('language_code', '')}"] = asked.get(key, "")
    return True


def _scope(asked: Json) -> str:
    return f"commands {asked.get('scope') or {'type': 'default'}} {asked.get('language_code', '')}"
