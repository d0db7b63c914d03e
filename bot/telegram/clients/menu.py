"""The menu of commands that clients see beside the field in which they write, in each language."""

from collections.abc import Mapping

from aiogram.types import BotCommand

from bot.telegram.clients import linking, requests, tickets
from replies.languages import LANGUAGES, Languages


def menu(languages: Languages) -> Mapping[str, list[BotCommand]]:
    """The commands by language; those in the desk's own are for everybody else as well."""
    new, *rest = requests.menu()
    rows = (new, *tickets.menu(), *linking.menu(), *rest)
    return {
        language: [
            BotCommand(command=command, description=languages.text(language, key)) for command, key in rows
        ]
        for language in LANGUAGES
    }
