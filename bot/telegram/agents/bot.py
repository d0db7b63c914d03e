"""The agents' bot: hands what an agent writes or presses to its handlers, and keeps what became of it."""

from datetime import datetime
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application

from bot.telegram.agents import answers, buttons, edits, holding, summaries
from bot.telegram.agents.commands import running
from bot.telegram.agents.desk import TURN, AgentsDesk, Turn, away
from bot.telegram.agents.menu import put_up_menu
from bot.telegram.agents.rights import admitted
from bot.telegram.errors import of_agents
from intake.taking_in.conversation import Outcome
from storage.inbox import Claimed

# Asked in this order; of all handlers the first that fits handles an update.
ROOMS = (summaries, holding, running, buttons, edits, answers)


class _Loud(Application[Any, Any, Any, Any, Any, Any]):
    """An application whose handlers' errors reach whoever processes the entry: it is tried again."""

    async def process_error(self, update: object | None, error: Exception, *_: object, **__: object) -> bool:
        raise error


class AgentsBot:
    """Hands updates to the handlers; the library polls nothing by itself."""

    def __init__(self, api: str, token: str, desk: AgentsDesk) -> None:
        built = (
            Application.builder()
            .application_class(_Loud)
            .token(token)
            .base_url(f"{api}/bot")
            .base_file_url(f"{api}/file/bot")
            .updater(None)
            .build()
        )
        self.application = built
        self.application.bot_data["desk"] = desk
        self._desk = desk
        self._ready = False
        for room in ROOMS:
            for handler in room.handlers():
                built.add_handler(handler)

    async def ready(self) -> None:
        """Ask Telegram who we are; raises what the library raises when it can't be reached."""
        if not self._ready:
            await self.application.initialize()
            self._ready = True

    async def feed(self, entry: Claimed, update: dict[str, Any]) -> Outcome:
        """Make the effects of an update; raises what its handler raises, TelegramAway when it has to wait."""
        turn = Turn(entry)
        token = TURN.set(turn)
        try:
            await self.ready()
            read, bot = Update.de_json(update, self.application.bot), self.application.bot
            if await admitted(read, bot, self._desk):
                await self.application.process_update(read)
            return turn.outcome or await self._desk.effects(_nothing)
        except TelegramError as exc:
            if of_agents(exc).permanent:
                raise
            raise away(exc) from exc
        finally:
            TURN.reset(token)

    async def put_up_menu(self) -> None:
        """Tell Telegram which commands agents have; raises what the library raises."""
        await self.ready()
        await put_up_menu(self.application.bot, self._desk)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        if self._ready:
            await self.application.shutdown()


async def _nothing(_: datetime) -> Outcome:
    return Outcome("done", why="nothing to do")
