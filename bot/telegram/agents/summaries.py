"""/summary: the rating summary of a week, month or quarter with its chart, by time, agent, line or level."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, filters

from bot.telegram.agents.desk import Agent, AgentsDesk, Context, acting
from bot.telegram.agents.rights import allowed
from intake.taking_in.conversation import Outcome
from replies.charts import ratings_chart
from replies.chats.notices import line_name
from replies.chats.summaries import GROUPS, SPANS, Wanted, report_of, summary_text
from storage.facts import RatedClosure, closures
from storage.threads import in_thread

_DATA = re.compile(rf"summary:({'|'.join(SPANS)}):({'|'.join(GROUPS)}):([0-9]{{1,18}})")
_CAPTION = 1024  # characters: https://core.telegram.org/bots/api#sendphoto


def menu() -> Sequence[tuple[str, str]]:
    """The commands of this room, each with the name of the text that describes it."""
    return (("summary", "menu.summary"),)


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handlers of this room."""
    return (
        CommandHandler("summary", summary, filters.UpdateType.MESSAGE),
        CallbackQueryHandler(pressed, r"^summary:"),
    )


async def summary(update: Update, context: Context) -> None:
    """/summary [week|month|quarter] [agent|line|level]: heads and admins see all, an agent his own."""
    desk: AgentsDesk = context.bot_data["desk"]
    agent, message = acting(), update.message
    if message is None:
        return

    async def tell(_: Outcome) -> None:
        try:
            wanted = _for(agent, Wanted.parse(context.args or ()))
        except ValueError:
            await desk.reply(message, desk.words.text("summary.usage"))
            return
        picture, text = await _drawn(desk, wanted)
        await desk.pace.turn(message.chat_id)
        sent = message.reply_photo(
            picture, text, reply_markup=_keys(desk, wanted, agent), allow_sending_without_reply=True
        )
        await desk.asked(message.chat_id, sent)

    await desk.effects(_nothing, tell)


async def pressed(update: Update, context: Context) -> None:
    """Another span or grouping of a summary, for whoever asked for it."""
    desk: AgentsDesk = context.bot_data["desk"]
    agent, query = acting(), update.callback_query
    found = _DATA.fullmatch((query and query.data) or "")
    if query is None:
        return

    async def tell(_: Outcome) -> None:
        message = query.message
        if found is None or int(found[3]) != agent.telegram_id or not isinstance(message, Message):
            await desk.pressed(query, desk.words.text("summary.not-yours"), alert=True)
            return
        await desk.pressed(query)
        wanted = _for(agent, Wanted(found[1], found[2]))
        picture, text = await _drawn(desk, wanted)
        await desk.pace.turn(message.chat_id)
        shown = InputMediaPhoto(picture, text)
        changed = message.edit_media(shown, reply_markup=_keys(desk, wanted, agent))
        await desk.asked(message.chat_id, changed)

    await desk.effects(_nothing, tell)


async def _nothing(_: datetime) -> Outcome:
    return Outcome("done", why="summary")


def _for(agent: Agent, wanted: Wanted) -> Wanted:
    """What an agent may see of it."""
    return wanted if allowed(agent, "others' figures") else wanted.of(agent.name)


async def _drawn(desk: AgentsDesk, wanted: Wanted) -> tuple[bytes, str]:
    """The chart and its caption, as of now."""
    now, cards, words = datetime.now(UTC), desk.cards, desk.words
    found = await closures(*wanted.moments(now, cards.timezone), "closed")
    shown = wanted.agent or words.text(f"summary.{wanted.group}")
    report = report_of(found, wanted, now, cards.timezone, shown, _names(desk, found))
    picture = await in_thread(ratings_chart, report, words)
    return picture, summary_text(report, wanted, words)[:_CAPTION]


def _names(desk: AgentsDesk, found: Sequence[RatedClosure]) -> dict[str, dict[str, str]]:
    """How lines and levels are called."""
    words = desk.words
    levels = {one.key: one.title(words.language, words.language) for one in desk.cards.levels}
    return {"level": levels, "line": {one.line: line_name(one.line, words) for one in found if one.line}}


def _keys(desk: AgentsDesk, wanted: Wanted, agent: Agent) -> InlineKeyboardMarkup:
    """A row of spans and one of groupings, with a mark on what is shown."""
    spans = [_key(desk, one, Wanted(one, wanted.group), one == wanted.span, agent) for one in SPANS]
    groups = [_key(desk, one, Wanted(wanted.span, one), one == wanted.group, agent) for one in GROUPS]
    return InlineKeyboardMarkup([spans, groups[:2], groups[2:]])


def _key(desk: AgentsDesk, name: str, to: Wanted, shown: bool, agent: Agent) -> InlineKeyboardButton:
    text = desk.words.text(f"summary.{name}")
    data = f"summary:{to.span}:{to.group}:{agent.telegram_id}"
    return InlineKeyboardButton(f"✓ {text}" if shown else text, callback_data=data)
