"""The menu of commands that agents see in their groups, in the desk's language."""

from telegram import Bot, BotCommand, BotCommandScopeChat

from bot.telegram.agents.commands.registry import COMMANDS, ELSEWHERE
from bot.telegram.agents.desk import AgentsDesk
from storage.chats import present_chat

_DESCRIPTION = 256  # characters: https://core.telegram.org/bots/api#botcommand


async def put_up_menu(bot: Bot, desk: AgentsDesk) -> None:
    """Tell Telegram which commands to show in each staff chat; raises what the library raises."""
    names = (*COMMANDS, *ELSEWHERE, "help")
    shown = [BotCommand(name, desk.words.text(f"help.{name}")[:_DESCRIPTION]) for name in names]
    for chat_id in {await present_chat(one) for one in desk.staff_chats}:
        await bot.set_my_commands(shown, scope=BotCommandScopeChat(chat_id))
