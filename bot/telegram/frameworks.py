"""Both libraries and what is built on them; the only module that others import late, for it takes seconds."""

from typing import Any

from bot.config import Settings
from bot.knowledge import faq, tone
from bot.rules import MB, own_addresses
from bot.telegram.agents.bot import AgentsBot
from bot.telegram.agents.carrier import AgentsCarrier
from bot.telegram.agents.commands.asked import Extras
from bot.telegram.agents.commands.running import EXTRAS
from bot.telegram.agents.desk import Agent, AgentsDesk
from bot.telegram.agents.membership import Membership
from bot.telegram.carriers import ClientsCarrier
from bot.telegram.clients.bot import ClientsBot
from bot.telegram.clients.desk import ClientsDesk
from bot.telegram.clients.menu import menu
from bot.telegram.clients.understood import Look
from bot.telegram.errors import put_off
from bot.telegram.limits import Pace
from bot.telegram.parts import recall
from bot.telegram.staff.topics import Staff
from intake.screenshots import passed_on_copy
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from replies.answering import Desk as VerbsDesk
from replies.chats.card import Cards
from replies.faq.search import Faq
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
        self._languages = cards.languages
        known = faq(settings)
        self.clients: ClientsBot | None = None
        self.agents: AgentsBot | None = None
        self.staff: Staff | None = None
        if wanted.clients is not None:
            token = wanted.clients.token.get_secret_value()
            offer = known.offer if known is not None else None
            clients = ClientsDesk(database, desk, look, cards.languages, offer)
            self.clients = ClientsBot(api, token, clients)
            self.carrier = ClientsCarrier(self.clients.bot, database, files, Pace(), passed_on_copy)
        if wanted.agents is not None:
            chats = (wanted.agents.staff_chat, *wanted.agents.lines.values())
            by_line = {str(line): chat for line, chat in wanted.agents.lines.items()}
            token = wanted.agents.token.get_secret_value()
            pace = Pace()  # one for both: Telegram counts all that the bot says
            agents = AgentsDesk(
                database, files, verbs, {}, chats, recall(settings), _roster(settings), cards, pace,
                Membership(), wanted.agents.mail_files_mb * MB, tone(settings),
            )  # fmt: skip
            bot = self.agents = AgentsBot(api, token, agents)
            bot.application.bot_data[EXTRAS] = _extras(settings, known)
            staff_chat = wanted.agents.staff_chat
            self.staff = Staff(
                lambda: bot.application.bot, database, files, cards, pace,
                lambda line: by_line.get(line, staff_chat), passed_on_copy,
            )  # fmt: skip
            self.notices = AgentsCarrier(
                lambda: bot.application.bot, bot.ready, database, files, pace,
                lambda line: by_line.get(line, staff_chat),
            )  # fmt: skip

    async def feed(self, entry: Claimed, update: dict[str, Any]) -> Outcome:
        """Make the effects of an update of either bot; raises TelegramAway when it has to wait."""
        bot: ClientsBot | AgentsBot | None = self.clients if entry.channel == "telegram" else self.agents
        if bot is None:
            raise RuntimeError(f"the bot of {entry.channel} is not configured any more")
        try:
            return await bot.feed(entry, update)
        except Exception as exc:
            if (away := put_off(exc)) is not None:
                raise away from exc
            raise

    async def put_up_menus(self) -> None:
        """Tell Telegram which commands to show, to clients by language; raises TelegramAway."""
        try:
            await self._put_up_menus()
        except Exception as exc:
            if (away := put_off(exc)) is not None:
                raise away from exc
            raise

    async def _put_up_menus(self) -> None:
        if self.clients is not None:
            for language, commands in menu(self._languages).items():
                await self.clients.bot.set_my_commands(commands, language_code=language)
                if language == self._languages.default:
                    await self.clients.bot.set_my_commands(commands)
        if self.agents is not None:
            await self.agents.put_up_menu()

    async def close(self) -> None:
        """Close the connections to Telegram."""
        for bot in (self.clients, self.agents):
            if bot is not None:
                await bot.close()


def _extras(settings: Settings, known: Faq | None) -> Extras:
    ready = tuple(one.ready_answer() for one in settings.ready_answers)
    calendars = {one.name: one.calendar for one in settings.agents if one.calendar}
    return Extras(settings.desk.name, ready, own_addresses(settings), calendars, known)


def _roster(settings: Settings) -> tuple[Agent, ...]:
    return tuple(Agent(one.name, one.telegram_id or 0, one.role, one.line) for one in settings.agents)
