"""Both libraries and what is built on them; the only module that others import late, for it takes seconds."""

from typing import Any

from bot.config import Settings
from bot.telegram.agents.bot import AgentsBot
from bot.telegram.agents.desk import Agent, AgentsDesk
from bot.telegram.carriers import ClientsCarrier
from bot.telegram.clients.bot import ClientsBot
from bot.telegram.clients.desk import ClientsDesk
from bot.telegram.clients.understood import Look
from bot.telegram.limits import Pace
from bot.telegram.parts import recall
from bot.telegram.staff.topics import Staff
from intake.screenshots import shown_copy
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from replies.answering import Desk as VerbsDesk
from replies.chats.card import Cards
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Claimed


class Frameworks:
    """The clients' bot and its carrier, the agents' bot and the worker that keeps its topics."""

    def __init__(
        self, settings: Settings, database: Database, files: FileStore, desk: Desk, verbs: VerbsDesk,
        look: Look, cards: Cards,
    ) -> None:  # fmt: skip
        api, wanted = settings.telegram.api, settings.telegram
        self.clients: ClientsBot | None = None
        self.agents: AgentsBot | None = None
        self.staff: Staff | None = None
        if wanted.clients is not None:
            token = wanted.clients.token.get_secret_value()
            self.clients = ClientsBot(api, token, ClientsDesk(database, desk, look))
            self.carrier = ClientsCarrier(self.clients.bot, database, files, Pace(), shown_copy)
        if wanted.agents is not None:
            chats = (wanted.agents.staff_chat, *wanted.agents.lines.values())
            by_line = {str(line): chat for line, chat in wanted.agents.lines.items()}
            token = wanted.agents.token.get_secret_value()
            agents = AgentsDesk(database, files, verbs, _agents(settings), chats, recall(settings))
            bot = self.agents = AgentsBot(api, token, agents)
            staff_chat = wanted.agents.staff_chat
            self.staff = Staff(
                lambda: bot.application.bot, database, files, cards, Pace(),
                lambda line: by_line.get(line, staff_chat), shown_copy,
            )  # fmt: skip

    async def feed(self, entry: Claimed, update: dict[str, Any]) -> Outcome:
        """Make the effects of an update of either bot."""
        bot: ClientsBot | AgentsBot | None = self.clients if entry.channel == "telegram" else self.agents
        if bot is None:
            raise RuntimeError(f"the bot of {entry.channel} is not configured any more")
        return await bot.feed(entry, update)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        for bot in (self.clients, self.agents):
            if bot is not None:
                await bot.close()


def _agents(settings: Settings) -> dict[int, Agent]:
    return {
        one.telegram_id: Agent(one.name, one.telegram_id, one.role, one.line)
        for one in settings.agents
        if one.telegram_id is not None
    }
