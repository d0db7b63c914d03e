"""Both bots are killed in the midst of conversations: nothing said is lost, or said twice for no reason."""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.demo.telegram import Message, Person
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.people import ChatDesk, jpeg

NEAR = 3.0  # seconds before a kill: what was said then may not have been noted as said
LIFE = 6.0  # seconds from one start to the next, about
PATIENCE = 60.0  # seconds after the last kill; retries of what was under way then wait for half of them
WORDS = ("касса", "чек", "принтер", "отчёт", "склад", "счёт")
Pictures = list[tuple[str, bytes]]
Said = dict[str, Pictures]
"""Words, and the pictures that go with them."""


@dataclass
class Conversation:
    """What everybody has said: to be found again, once, in the right place."""

    clients: list[Person]
    by_clients: "Said" = field(default_factory=dict)
    by_agents: "Said" = field(default_factory=dict)
    kills: list[float] = field(default_factory=list)  # time.monotonic()


def _pictures(dice: random.Random) -> Pictures:
    colours = dice.sample(["red", "green", "blue", "gold", "pink", "teal"], dice.choice([2, 3]))
    return [(f"{colour}.jpg", jpeg(colour, dice.randrange(40, 80))) for colour in colours]


async def _client_writes(
    talk: Conversation, who: Person, number: int, messages: int, pause: float, dice: random.Random
) -> None:
    for count in range(messages):
        words = f"{dice.choice(WORDS)} {number}-{count}."
        pictures = _pictures(dice) if count % 4 == 2 else []
        talk.by_clients[words] = pictures
        if pictures:
            await who.sends_album(pictures, words)
        else:
            await who.writes(words)
        await asyncio.sleep(dice.uniform(0.0, 2 * pause))


async def _agents_answer(
    talk: Conversation, desk: ChatDesk, answers: int, pause: float, dice: random.Random
) -> None:
    while not (topics := desk.staff.group.topics()):
        await asyncio.sleep(0.1)
    for count in range(answers):
        topics = desk.staff.group.topics()
        topic, words = dice.choice(topics), f"ответ {count}."
        pictures = _pictures(dice) if count % 5 == 3 else []
        talk.by_agents[words] = pictures
        if pictures:
            await desk.staff.answers_with_album(topic, pictures, words)
        else:
            await desk.staff.answers(topic, words)
        await asyncio.sleep(dice.uniform(0.0, 2 * pause))


async def _killed(talk: Conversation, desk: ChatDesk, times: int, dice: random.Random) -> None:
    process = await desk.spawn_unhurried()
    for _ in range(times):
        # Before its libraries are loaded it only listens; what can go wrong begins with its first word.
        said = _said(desk)
        await desk.server.world.until("it says something", lambda said=said: _said(desk) > said or None, 30)
        await asyncio.sleep(dice.uniform(0.0, 2.0))
        process.kill()
        talk.kills.append(time.monotonic())
        process = await desk.spawn_unhurried()


def _said(desk: ChatDesk) -> int:
    return sum(call.method.startswith(("send", "create")) for call in desk.server.calls)


def _missing(said: Said, seen: Sequence[Message]) -> list[str]:
    """The words that are nowhere, or of whose pictures some are nowhere.

    A part of an album that a kill held up comes below what was shown already, in a message of its own.
    """
    shown = {one.file.content for one in seen if one.file is not None}
    lost = {words: sum(content not in shown for _, content in pictures) for words, pictures in said.items()}
    unsaid = [words for words in said if not any(words in one.text for one in seen)]
    return unsaid + [f"{words} without {count} pictures" for words, count in lost.items() if count]


def _doubled(said: Said, seen: Sequence[Message]) -> dict[str, list[Message]]:
    copies = {words: [one for one in seen if words in one.text] for words in said}
    return {words: found for words, found in copies.items() if len(found) > 1}


def _without_reason(talk: Conversation, desk: ChatDesk, doubled: dict[str, list[Message]]) -> list[str]:
    """Those that were said once more though the answer to the first can't have been lost with a process."""
    return [
        words
        for words in doubled
        if not any(0 <= kill - call.at <= NEAR for call in _calls(desk, words) for kill in talk.kills)
    ]


def _calls(desk: ChatDesk, words: str) -> list[object]:
    return [call for call in desk.server.calls if words in str(call.asked)]


async def talked_and_killed(
    desk: ChatDesk, *, clients: int, messages: int, answers: int, kills: int, seed: str
) -> dict[str, int]:
    """Let them talk while the service is killed; returns the figures, and fails when anything is missing."""
    dice = random.Random(seed)
    talk = Conversation([desk.server.person(f"Клиент{number}") for number in range(clients)])
    for who in talk.clients:
        await who.starts(desk.bot)
    doing: list[Callable[[], Awaitable[None]]] = [
        *(
            lambda who=who, number=number: _client_writes(
                talk, who, number, messages, LIFE * kills / messages, dice
            )
            for number, who in enumerate(talk.clients)
        ),
        lambda: _agents_answer(talk, desk, answers, LIFE * kills / answers, dice),
        lambda: _killed(talk, desk, kills, dice),
    ]
    await asyncio.gather(*(one() for one in doing))
    in_topics = lambda: [one for one in desk.staff.group.said_in() if one.sender["is_bot"]]  # noqa: E731
    at_clients = lambda: [one for who in talk.clients for one in who.sees()]  # noqa: E731

    def missing() -> list[str]:
        return _missing(talk.by_clients, in_topics()) + _missing(talk.by_agents, at_clients())

    try:
        await desk.server.world.until("everything is said", lambda: not missing() or None, PATIENCE)
    except AssertionError as exc:
        raise AssertionError(f"seed {seed}: {missing()}") from exc
    await desk.settled()
    doubled = _doubled(talk.by_clients, in_topics()) | _doubled(talk.by_agents, at_clients())
    assert _without_reason(talk, desk, doubled) == [], f"seed {seed}"
    tickets = await desk.tickets()
    assert len(tickets) == clients, f"seed {seed}"
    confirmations = sum("приняли" in one.text for one in at_clients())
    assert clients <= confirmations <= clients + kills, f"seed {seed}"
    return {
        "messages": len(talk.by_clients) + len(talk.by_agents),
        "kills": len(talk.kills),
        "doubled": len(doubled),
        "confirmations": confirmations,
        "topics": len(desk.staff.group.topics()),
    }


async def test_nothing_said_is_lost_or_doubled_though_both_bots_are_killed(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    seed = secrets.token_hex(4)
    figures = await talked_and_killed(desk, clients=4, messages=12, answers=12, kills=4, seed=seed)
    assert figures["messages"] == 60 and figures["kills"] == 4
