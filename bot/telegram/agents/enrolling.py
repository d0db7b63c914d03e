"""The agents' bot in private: somebody enrols with a one-time code, and nothing else happens there."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from telegram import Message

from bot.telegram.agents.desk import Afterwards, Agent, AgentsDesk
from intake.taking_in.conversation import Outcome
from storage.agents import ENROL, enrol
from storage.chats import change_chat, chat_now
from storage.codes import use_code
from storage.posts import AGENTS

GREETED_AGAIN = timedelta(days=1)  # how often somebody without a code is told what the bot is for
_WANTED = re.compile(r"/(?:enrol|start)(?:@\w+)?(?:\s+(?P<code>[\w -]{4,80}))?\s*", re.IGNORECASE)


async def written(message: Message, desk: AgentsDesk) -> None:
    """A private message: /enrol CODE or /start CODE, /start alone; whatever else it is, nobody answers."""
    wanted = _WANTED.fullmatch(message.text or "")
    if wanted is None or message.from_user is None or message.from_user.is_bot:
        return
    if wanted["code"]:
        await _enrols(message, wanted["code"], desk)
    else:
        await _greeted(message, desk)


async def _enrols(message: Message, code: str, desk: AgentsDesk) -> None:
    user = message.from_user
    assert user is not None
    known = desk.agents.get(user.id)

    async def unit(now: datetime) -> Outcome:
        if known is not None:
            return Outcome("done", why=f"enrolled already: {known.name}")
        name = await use_code(ENROL, "", code, now)
        agent = enrolled_as(name, desk.roster)
        if agent is None:
            return Outcome("refused", why="enrol: no such code")
        await enrol(agent.name, user.id, now)
        return Outcome("done", why=f"enrolled: {agent.name}")

    async def tell(outcome: Outcome) -> None:
        await desk.refresh()
        agent = desk.agents.get(user.id)
        if outcome.what == "refused" or agent is None:
            await desk.reply(message, desk.words.text("agents.enrol.wrong"))
        else:
            await desk.reply(message, desk.words.text("agents.enrol.done", name=agent.name))

    await desk.effects(unit, tell)


def enrolled_as(name: str | None, roster: Sequence[Agent]) -> Agent | None:
    """Whom a code was made for, if he may enrol: the configuration names him, without a Telegram id."""
    return next((one for one in roster if one.name == name and not one.telegram_id), None)


async def _greeted(message: Message, desk: AgentsDesk) -> None:
    user = message.from_user
    assert user is not None
    agent, chat = desk.agents.get(user.id), await chat_now(AGENTS, user.id)
    lately = chat is not None and chat.told_at and datetime.now(UTC) - chat.told_at < GREETED_AGAIN

    async def unit(_: datetime) -> Outcome:
        return Outcome("done", why="/start")

    async def told(now: datetime) -> None:
        await change_chat(AGENTS, user.id, told_at=now)

    async def tell(_: Outcome) -> Afterwards | None:
        if agent is not None:
            await desk.reply(message, desk.words.text("agents.enrol.done", name=agent.name))
            return None
        if lately:
            return None
        await desk.reply(message, desk.words.text("agents.start"))
        return told

    await desk.effects(unit, tell)
