"""What an agent writes in a ticket's topic: an answer to the client, or with // before it a note."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, MessageHandler, filters

from bot.telegram.agents.desk import Afterwards, Agent, AgentsDesk, Context, acting
from bot.telegram.agents.holding import Question, ask
from bot.telegram.agents.received import Received, received
from bot.telegram.agents.rights import ticket_meant
from desk.channels import MAIL, channel_of
from desk.ticket import State
from desk.tone import unwanted
from intake.taking_in.conversation import Outcome
from replies.answering import Answer, answer_now, the_ticket
from replies.held_answers import PENDING, WAITS, hold_answer
from replies.recalling import Part, add_part, make_note, withdraw
from storage.answers import album_marks, answered_since, said_item
from storage.posts import AGENTS, NewPost, Posted, forget_post, note_post, post_of, post_of_album
from storage.tickets import Change, NewMessage, TicketNow, add_message, note_changes

AT_ONCE = timedelta(seconds=60)  # within which another agent's answer was not there yet when this was written
PARTS = timedelta(seconds=2)  # for which further parts of an album are waited for at least
REFUSED, RECALLED = "refused", "recalled"  # marks of messages that are no item


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handlers of this room; asked last, for any message in a topic is an answer."""
    return (MessageHandler(filters.UpdateType.MESSAGE, written), CallbackQueryHandler(pressed_in_vain))


async def written(update: Update, context: Context) -> None:
    """A message in a ticket's topic: an answer, or with // before it a note; elsewhere it is nothing."""
    desk: AgentsDesk = context.bot_data["desk"]
    message, agent = update.message, acting()
    ticket_id = await ticket_meant(message) if message is not None else None
    if message is None or ticket_id is None:
        return
    got = await received(message, desk)
    if got is not None:
        written = _Written(desk, message, agent, ticket_id, got)
        await desk.effects(written.effects, written.tell)


async def pressed_in_vain(update: Update, context: Context) -> None:
    """A button that no room knows (any more)."""
    desk: AgentsDesk = context.bot_data["desk"]
    query = update.callback_query
    assert query is not None

    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", why="no such button")

    await desk.effects(unit, lambda _: _alert(desk, query))


async def _alert(desk: AgentsDesk, query: CallbackQuery) -> None:
    await desk.pressed(query, desk.words.text("agents.stale-button"), alert=True)


@dataclass(slots=True)
class _Written:
    """A message of an agent's about a ticket. `values`: of the text that tells him why it is refused."""

    desk: AgentsDesk
    message: Message
    agent: Agent
    ticket_id: int
    got: Received
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def album(self) -> str:
        return self.message.media_group_id or ""

    async def effects(self, now: datetime) -> Outcome:
        """Put it on the ticket, or say why not; inside the transaction."""
        chat = self.message.chat_id
        known = await post_of(AGENTS, chat, self.message.message_id)
        if known is not None and known.mark != RECALLED:
            return await self._again(known)
        marks = await album_marks(chat, self.album) if self.album else set()
        if REFUSED in marks:
            await note_post(self._post(now, None, REFUSED))
            return Outcome("refused", self.ticket_id, "with its album")
        first = await post_of_album(AGENTS, chat, self.album) if self.album else None
        item = first.item_id if first is not None else None
        refusal = "agents.undo.done" if known is not None else await self._refusal(item)
        if refusal:
            if item is not None:
                await withdraw(item, self.agent.name, now, "a part of it can't be sent")
            return Outcome("refused", self.ticket_id, refusal)
        joined = await self._joined(item, now) if item is not None else None
        return joined or await self._new(now)

    async def _again(self, known: Posted) -> Outcome:
        """It is on the ticket already; perhaps the question about it was not asked yet."""
        said = await said_item(known.item_id) if known.item_id is not None else None
        held = said is not None and said.delivery is not None and said.delivery.held
        if held:
            return Outcome("held", self.ticket_id, held or "", known.item_id)
        return Outcome("duplicate", self.ticket_id)

    async def _refusal(self, item: int | None) -> str:
        """The name of the text that says why this can't be sent; "" if it can."""
        if self.got.refusal:
            self.values = self.got.values
            return self.got.refusal
        ticket = await the_ticket(self.ticket_id, self.desk.desk)
        first = await said_item(item) if item is not None else None
        size = sum(file.size for file in self.got.files) + (first.size if first is not None else 0)
        note = self.got.note or (first is not None and first.direction == "note")
        if note or channel_of(ticket.client_address) != MAIL or size <= self.desk.largest_mail:
            return ""
        words = self.desk.words
        self.values = {"size": words.size(size), "limit": words.size(self.desk.largest_mail)}
        return "agents.too-much"

    async def _joined(self, item: int, now: datetime) -> Outcome | None:
        """A further part of an album on what its first part became; None when that has gone already."""
        if self.got.note:
            # The caption that makes a note of the album may stand on any of its parts.
            await make_note(item, "", self.agent.name, now)
        number = self.message.message_id
        part = await add_part(item, number, self.got.text, self.got.files, self._not_before(now))
        if part is Part.LATE:
            return None
        if part is Part.TAKEN_BACK:
            await note_post(self._post(now, None, REFUSED))
            return Outcome("refused", self.ticket_id, "taken back with its album")
        said = await said_item(item)
        held = said.delivery.held if said is not None and said.delivery is not None else ""
        note = said is not None and said.direction == "note"
        await note_post(self._post(now, item, "" if note else WAITS if held else PENDING))
        return Outcome("held" if held else "joined", self.ticket_id, held, item)

    async def _new(self, now: datetime) -> Outcome:
        """A note, an answer, or one that has to be confirmed first."""
        if self.got.note:
            return await self._noted(now)
        ticket = await the_ticket(self.ticket_id, self.desk.desk)
        part = self.message.message_id if self.album else None
        said = Answer(self.agent.name, self.got.text, self.got.files, self._not_before(now), part)
        if why := await self._waits_for(ticket):
            item = await hold_answer(self.desk.desk, ticket.id, said, why, now)
            await note_post(self._post(now, item, WAITS))
            return Outcome("held", ticket.id, why, item)
        item = await answer_now(self.desk.desk, ticket.id, said, now)
        await note_post(self._post(now, item, PENDING))
        return Outcome("joined", ticket.id, item_id=item)

    async def _noted(self, now: datetime) -> Outcome:
        note = NewMessage(
            self.ticket_id, "note", self.agent.name, "", self.got.text, now, attachments=self.got.files
        )
        item = await add_message(note)
        await note_changes(self.ticket_id, now, Change(self.agent.name, "noted"))
        await note_post(self._post(now, item, ""))
        return Outcome("joined", self.ticket_id, item_id=item)

    async def _waits_for(self, ticket: TicketNow) -> str:
        """What has to be confirmed before this goes out: `closed`, `clash` with whom, `tone`; or ""."""
        if ticket.state == State.CLOSED:
            return "closed"
        written_at = self.message.date.astimezone(UTC)
        other = await answered_since(ticket.id, written_at - AT_ONCE, besides=self.agent.name)
        return f"clash {other}" if other else self._unwanted

    @property
    def _unwanted(self) -> str:
        """`tone` when it says what the desk does not want to say."""
        return "tone" if unwanted(self.got.text, self.desk.tone) else ""

    def _not_before(self, now: datetime) -> datetime:
        return now + (max(self.desk.recall, PARTS) if self.album else self.desk.recall)

    def _post(self, now: datetime, item: int | None, mark: str) -> NewPost:
        return NewPost(
            AGENTS, self.message.chat_id, self.message.message_id, now, self.ticket_id, item, incoming=True,
            album=self.album, mark=mark,
        )  # fmt: skip

    async def tell(self, outcome: Outcome) -> Afterwards | None:
        """Say in the topic what has to be said of it."""
        if outcome.what == "held" and outcome.item_id is not None:
            asked = Question(self.ticket_id, outcome.item_id, outcome.why, self.got.text)
            return await ask(self.desk, self.message, asked)
        if outcome.what == "refused" and outcome.why.startswith("agents."):
            await self.desk.reply(self.message, self.desk.words.text(outcome.why, **self.values))
            return self._refused
        return None

    async def _refused(self, now: datetime) -> None:
        await forget_post(AGENTS, self.message.chat_id, self.message.message_id)
        await note_post(self._post(now, None, REFUSED))
