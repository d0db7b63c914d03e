"""The demo's Telegram: our small one in a thread, with a client and the agents' group, and transcripts."""

import asyncio
import threading
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from bot.demo.telegram import ALL, Group, Message, Person, TelegramServer
from bot.demo.telegram.things import Topic

CLIENTS_TOKEN = "71000001:" + "clients-bot-of-the-demo-and-of-nobody"
AGENTS_TOKEN = "72000002:" + "agents-bot-of-the-demo-and-of-nobody1"
T = TypeVar("T")


class DemoChat:
    """Telegram as far as the demo goes; its people act by `does`, which waits for what they wait for."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._thread.start()
        self.server = TelegramServer()
        self.does(self.server.start())
        self.bot = self.server.bot(CLIENTS_TOKEN, "agrosoft_help_bot")
        staff = self.server.bot(AGENTS_TOKEN, "agrosoft_desk_bot", sees_all=True)
        self.oksana: Person = self.server.person("Оксана", language="uk")
        self.anna: Person = self.server.person("Анна")
        self.group: Group = self.server.group("АгроСофт: поддержка", self.anna)
        self.group.add(staff, rights=ALL)

    def does(self, what: Coroutine[Any, Any, T] | Awaitable[T]) -> T:
        """Have somebody do or read something; raises AssertionError when he waits in vain."""

        async def done() -> T:
            return await what

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    def configuration(self) -> dict[str, str]:
        """What config.toml has to say: texts of the example by what takes their place."""
        return {
            'api = "https://api.telegram.org"': f'api = "{self.server.url}"',
            '#[telegram.clients]\n#token_file = "secrets/clients-bot"': (
                f'[telegram.clients]\ntoken = "{CLIENTS_TOKEN}"'
            ),
            '#[telegram.agents]\n#token_file = "secrets/agents-bot"': (
                f'[telegram.agents]\ntoken = "{AGENTS_TOKEN}"\nstaff_chat = {self.group.id}'
            ),
        }

    def client_transcript(self) -> str:
        """Oksana's chat with the bot, as she sees it."""
        chat = self.server.world.private(self.bot, self.oksana.user)
        return _transcript(list(chat.messages.values()))

    def topic_transcript(self, topic: Topic) -> str:
        """A topic of the agents' group, as they see it."""
        return f"# {topic.name}\n\n" + _transcript(self.group.said_in(topic))

    def stop(self) -> None:
        """Close it all."""
        self.does(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def _transcript(messages: list[Message]) -> str:
    lines: list[str] = []
    for one in messages:
        if one.service:
            continue
        picture = f"[{one.file.kind}] " if one.file else ""
        first, *more = (one.text or "").splitlines() or [""]
        marks = " ".join(one.reactions.values())
        lines += [f"{one.sender['first_name']}: {picture}{first}{'  ' + marks if marks else ''}"]
        lines += [f"    {line}" for line in more]
        if labels := [f"[{button['text']}]" for button in one.buttons]:
            lines.append("    " + " ".join(labels))
    return "\n".join(lines)
