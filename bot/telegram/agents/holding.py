"""Answers that wait for their author's word: a colleague has just answered, it is closed, or the tone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.telegram.agents.desk import Afterwards, AgentsDesk, Context, acting
from bot.telegram.agents.rights import allowed
from desk.ticket import NotAllowed
from desk.tone import Found, bettered, unwanted
from intake.taking_in.conversation import Outcome
from replies.chats.splitting import MESSAGE
from replies.held_answers import drop_held, send_held
from replies.names import plain_line
from replies.recalling import reword
from replies.wording import Wording
from storage.answers import Said, question, question_asked, said_item
from storage.models import DeliveryState
from storage.posts import AGENTS, NewPost, note_post

SEND, REOPEN, DROP, BETTER = "send", "reopen", "drop", "better"


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handlers of this room."""
    return (CallbackQueryHandler(decided, pattern=rf"^held:({SEND}|{REOPEN}|{DROP}|{BETTER}):\d{{1,18}}$"),)


@dataclass(frozen=True, slots=True)
class Question:
    """A held answer that is asked about: `why` as `hold_answer` was told, `text` what it says."""

    ticket_id: int
    item: int
    why: str
    text: str


async def ask(desk: AgentsDesk, message: Message, about: Question) -> Afterwards | None:
    """Ask about a held answer under it, unless that was done."""
    ticket_id, item = about.ticket_id, about.item
    if await question_asked(item):
        return None
    words, number = desk.words, desk.desk.numbering.format(ticket_id)
    kind, _, other = about.why.partition(" ")
    found = unwanted(about.text, desk.tone)
    said = {"closed": "agents.closed", "clash": "agents.clash"}.get(kind)
    lines = [words.text(said, number=number, name=plain_line(other))] if said else []
    if found:
        lines += [words.text("agents.tone"), *(_instead(words, one) for one in found)]
    send = ("agents.button.reopen", REOPEN) if kind == "closed" else ("agents.button.send", SEND)
    offered = [("agents.button.better", BETTER)] if found else []
    buttons = [
        (words.text(name), f"held:{verb}:{item}")
        for name, verb in (*offered, send, ("agents.button.drop", DROP))
    ]
    text = "\n".join(lines)
    asked = await desk.reply(message, text, buttons)

    async def noted(now: datetime) -> None:
        if asked is not None:
            await note_post(
                NewPost(AGENTS, asked.chat_id, asked.message_id, now, ticket_id, mark=question(item))
            )

    return noted


async def decided(update: Update, context: Context) -> None:
    """A button under the question: the answer goes out, or never does."""
    desk: AgentsDesk = context.bot_data["desk"]
    query, agent = update.callback_query, acting()
    assert query is not None and query.data is not None
    _, verb, number = query.data.split(":")
    item, texts = int(number), list[str]()

    async def unit(now: datetime) -> Outcome:
        said = await said_item(item)
        if said is None or said.delivery is None:
            return Outcome("refused", why="agents.stale-button")
        if said.delivery.held:
            if said.author != agent.name and not allowed(agent, "decide for another"):
                return Outcome("refused", said.ticket_id, "agents.held.others")
            try:
                if verb == DROP:
                    await drop_held(item, agent.name, now)
                else:
                    await _send(desk, said, verb, agent.name, now)
            except NotAllowed:
                return Outcome("refused", said.ticket_id, "agents.held.closed")
        stands = await said_item(item)
        gone = stands is None or stands.delivery is None or stands.delivery.state == DeliveryState.CANCELLED
        texts[:] = [stands.text] if stands is not None and stands.text != said.text else []
        return Outcome(
            "joined", said.ticket_id, "agents.held.dropped" if gone else "agents.held.sent", item_id=item
        )

    async def tell(outcome: Outcome) -> None:
        text = "\n".join([desk.words.text(outcome.why), *texts])[:MESSAGE]
        refused = outcome.what == "refused"
        await desk.pressed(query, text if refused else "", alert=refused)
        if not refused and isinstance(query.message, Message):
            await desk.asked(query.message.chat_id, query.edit_message_text(text))

    await desk.effects(unit, tell)


async def _send(desk: AgentsDesk, said: Said, verb: str, who: str, now: datetime) -> None:
    """Send a held answer, with the better words if they are chosen; in a closed ticket that reopens it."""
    way = said.delivery
    assert way is not None
    if verb == BETTER:
        captions: dict[str, str] = way.facts.get("captions") or {"0": said.text}
        for part, text in captions.items():
            await reword(desk.desk, said.id, bettered(text, desk.tone), who, now, part=int(part))
    await send_held(desk.desk, said.id, who, now, reopen=verb == REOPEN or way.held == "closed")


def _instead(words: Wording, found: Found) -> str:
    said, better = words.quotable(found.said), words.quotable(found.better)
    return words.text("agents.tone.instead", said=said, better=better)
