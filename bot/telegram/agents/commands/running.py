"""A command: whose it is, which ticket is meant, its effects in one unit, and what is said to it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from telegram import Message, Update
from telegram.ext import BaseHandler, MessageHandler, filters

from bot.telegram.agents.commands import recordings, telling
from bot.telegram.agents.commands.asked import Asked, Extras, Said, number_in, wrong
from bot.telegram.agents.commands.registry import CHAT, EITHER, ELSEWHERE, Command, command_of
from bot.telegram.agents.desk import Afterwards, AgentsDesk, Context, acting
from bot.telegram.agents.rights import ticket_meant
from bot.telegram.errors import TelegramAway
from desk.ticket import NotAllowed
from intake.taking_in.conversation import Outcome
from replies.answering import Refused
from replies.names import plain_line
from storage.looked_up import client_of
from storage.posts import AGENTS, post_of

Tell = Callable[[Said], Awaitable[Afterwards | None]]
"""Says something to whoever gave the command; what is to be noted of that."""

log = structlog.get_logger("bot.telegram.commands")

DESK, EXTRAS = "desk", "extras"  # in the application's bot_data
_WRITTEN = filters.Regex(r"^/[A-Za-z0-9_]+(@\w+)?(\s|$)")
# Below a recording alone: a caption under anything else is a slip, which must not go to a client.
_BELOW = filters.CaptionRegex(rf"^/{recordings.COMMAND}(@\w+)?(\s|$)") & (
    filters.VOICE | filters.AUDIO | filters.Document.AUDIO
)
_OURS = filters.UpdateType.MESSAGE & (_WRITTEN | _BELOW)


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handler of all commands but those of other rooms; asked before whatever takes any message."""
    return (_Commands(_OURS, commanded),)


class _Commands(MessageHandler[Any, Any]):
    """Also for names that nobody knows: a mistyped command must not go to a client as an answer."""

    def check_update(self, update: object) -> Any:
        if isinstance(update, Update) and update.message and _name(update.message) in ELSEWHERE:
            return None
        return super().check_update(update)


async def commanded(update: Update, context: Context) -> None:
    """An agent gives a command."""
    message = update.message
    assert message is not None
    desk: AgentsDesk = context.bot_data[DESK]
    words = " ".join(_text(message).split()[1:])
    asked = Asked(acting(), desk, context.bot_data.get(EXTRAS, Extras()), _name(message), words)

    async def tell(said: Said) -> Afterwards | None:
        return await telling.reply(desk, message, said)

    try:
        command = _command(asked)
        asked = await _about(asked, command, message)
        asked = replace(asked, recording=await recordings.recording_for(asked, message))
        await carry_out(asked, command, tell)
    except (Refused, NotAllowed) as exc:
        await refuse(asked, exc, tell)


async def carry_out(asked: Asked, command: Command, tell: Tell) -> None:
    """Ask what is still to be chosen, or make the effects; raises Refused or NotAllowed with none made."""
    desk = asked.desk
    if command.ask is not None:
        ask = command.ask
        # What only looks things up may take its time, so it does not keep the writer from others.
        within = command.do is not None and not command.apart
        said = await (desk.database.writer.run(lambda: ask(asked)) if within else ask(asked))
        if said is not None:
            await _only_said(asked, said, tell)
            return
    do = command.do
    assert do is not None, f"/{asked.name} does nothing"
    done: list[Said] = []

    async def unit(now: datetime) -> Outcome:
        done[:] = [await do(asked, now)]
        return Outcome("done", asked.ticket_id, f"/{asked.name} by {asked.agent.name}"[:150])

    await desk.effects(unit)
    try:
        await tell(done[0])
    except TelegramAway as exc:
        # It is done and in the ticket's history, which its topic shows: nothing is done again for a word.
        log.warning("not said", command=asked.name, ticket=asked.ticket_id, reason=str(exc))


async def _only_said(asked: Asked, said: Said, tell: Tell, what: str = "done", why: str = "") -> None:
    async def unit(_: datetime) -> Outcome:
        return Outcome(what, asked.ticket_id, why[:150])

    async def then(_: Outcome) -> Afterwards | None:
        return await tell(said)

    await asked.desk.effects(unit, then)


async def refuse(asked: Asked, error: Refused | NotAllowed, tell: Tell) -> None:
    """Nothing was changed: say why, and what is allowed."""
    await _only_said(asked, Said(refusal(asked, error)), tell, "refused", str(error))


def refusal(asked: Asked, error: Refused | NotAllowed) -> str:
    """A refusal in the desk's language."""
    texts = asked.texts
    if isinstance(error, NotAllowed):
        commands = [verb for verb in error.allowed if command_of(verb) is not None]
        allowed = ", ".join(f"/{verb}" for verb in commands)
        state = texts.text(f"staff.state.{error.state}")
        return texts.text("refused.state", number=asked.number, state=state, allowed=allowed)
    if not error.key:
        return str(error)
    return texts.text(f"refused.{error.key}", **error.values)


def _command(asked: Asked) -> Command:
    command = command_of(asked.name)
    if command is None:
        raise wrong(asked, "unknown", name=plain_line(asked.name, 40))
    if asked.agent.role not in command.roles:
        raise wrong(asked, "role", allowed=", ".join(command.roles))
    return command


async def _about(asked: Asked, command: Command, message: Message) -> Asked:
    """The command with its ticket: that of its number, else that of the place where it was given."""
    if command.where == CHAT:
        return asked
    here = await ticket_meant(message)
    if command.where == EITHER:
        return replace(asked, ticket_id=here)
    number, words = number_in(asked.words, asked.desk, bare=here is None)
    if command.numbered and here is not None and not words:
        number, words = None, asked.words  # the only number is the other ticket's
    ticket_id = number or here
    if ticket_id is None:
        example = asked.desk.cards.numbering.format(42)
        raise wrong(asked, "number", name=asked.name, number=example)
    if await client_of(ticket_id) is None:
        raise wrong(asked, "no-ticket", number=asked.desk.cards.numbering.format(ticket_id))
    replied = message.reply_to_message
    post = await post_of(AGENTS, message.chat_id, replied.message_id) if replied else None
    item_id = post.item_id if post is not None and post.ticket_id == ticket_id else None
    return replace(asked, words=words, ticket_id=ticket_id, item_id=item_id)


def _text(message: Message) -> str:
    return message.text or message.caption or ""


def _name(message: Message) -> str:
    first = _text(message).split(maxsplit=1)[:1]
    return first[0].removeprefix("/").partition("@")[0].casefold() if first else ""
