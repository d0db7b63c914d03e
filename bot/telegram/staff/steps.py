"""Takes the next step in a ticket's place: one call of Telegram's, then the note of what it showed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from telegram import Message
from telegram.error import BadRequest, TelegramError

from bot.telegram.staff import doing
from bot.telegram.staff.failures import Failure, failure
from bot.telegram.staff.planning import View, card_mark, digest
from bot.telegram.staff.speaking import Speaker
from replies.chats.card import Cards
from replies.chats.items import Part
from replies.chats.sayings import Saying
from replies.names import shown_file_name
from storage.chats import present_chat
from storage.closures import latest_closure
from storage.database import Database
from storage.posts import AGENTS, NewPost, answers_of, change_mark, shown_in
from storage.tickets import TicketNow, ticket_now
from storage.topics import TopicNow, Topics, events_after, items_of, last_album_part, topic_of

log = structlog.get_logger("bot.telegram.topics")

FLAT_FOR = 600.0  # seconds for which a chat that has no topics is not asked for one again


class Steps:
    """Reads how a ticket stands, and does what its place lacks."""

    def __init__(
        self, database: Database, topics: Topics, cards: Cards, speaker: Speaker,
        chat_of: Callable[[str], int],
    ) -> None:  # fmt: skip
        """`chat_of` tells a line's staff chat as configured."""
        self._database, self._topics, self._cards = database, topics, cards
        self._speaker, self._chat_of = speaker, chat_of
        self._flat: dict[int, float] = {}  # chats without topics, until when (the pace's time)

    async def view(self, ticket: TicketNow, spoilt: Mapping[int, str]) -> View:
        """A ticket and its place as they stand."""
        chat_id = await present_chat(self._chat_of(ticket.line))
        topic, now = await topic_of(ticket.id), datetime.now(UTC)
        if topic is None:
            return View(ticket, chat_id, now)
        shown, written = await shown_in(ticket.id, topic.chat_id, topic.created_at)
        events = await events_after(ticket.id, topic.seen_event)
        rated = any(event.what == "rated" for event in events)
        closure = await latest_closure(ticket.id) if rated else None
        return View(
            ticket, chat_id, now, topic, await items_of(ticket.id), events, shown, frozenset(written),
            await answers_of(ticket.id), closure.comment if closure else "",
            await last_album_part(ticket.id), spoilt,
        )  # fmt: skip

    async def ticket(self, ticket_id: int) -> TicketNow | None:
        """A ticket as it stands."""
        return await ticket_now(ticket_id, locked=False)

    async def take(self, view: View, step: doing.Step) -> None:
        """Do one thing; raises what the library raises, once what it says of the place is noted."""
        topic = view.topic
        try:
            if topic is None:
                await self._place(view)
            else:
                await self._take(view, topic, step)
        except TelegramError as exc:
            if topic is not None:
                await self._learn(topic, exc)
            raise

    async def _take(self, view: View, topic: TopicNow, step: doing.Step) -> None:
        match step:
            case doing.Card():
                await self._card(topic, step)
            case doing.Say():
                await self._say(topic, step)
            case doing.Tell():
                await self._speaker.say(topic, step.saying)
                await self._topics.change(topic.id, seen_event=step.seen)
            case doing.Mark():
                await self._mark(topic, step)
            case doing.EditCard():
                await self._edit_card(topic, step)
            case doing.Farewell():
                await self._farewell(topic, step.saying)
            case _:
                await self._shape(topic, step)

    async def _learn(self, topic: TopicNow, exc: TelegramError) -> None:
        """Note what a refusal says of the place, so that the next step makes up for it."""
        match failure(exc):
            case Failure.NO_TOPIC:
                log.warning("topic deleted", ticket=topic.ticket_id, chat=topic.chat_id)
                await self._topics.leave(topic.id, datetime.now(UTC))
            case Failure.TOPIC_CLOSED if not topic.closed:
                # Somebody has closed it, or we had, in another life: opened again, it is closed in the end.
                await self._topics.change(topic.id, closed=True)

    async def _place(self, view: View) -> None:
        chat_id, ticket = view.chat_id, view.ticket
        title, colour = self._cards.title(ticket), self._cards.colour(ticket)
        thread = await self._thread(chat_id, title, colour)
        await self._topics.placed(ticket.id, chat_id, thread, title, str(colour), datetime.now(UTC))

    async def _thread(self, chat_id: int, title: str, colour: int) -> int | None:
        """A new topic; None in a chat that has none, where a ticket's messages answer its card."""
        now = self._speaker.pace.now()
        if self._flat.get(chat_id, 0.0) > now:
            return None
        await self._speaker.pace.turn(chat_id)
        try:
            made = await self._speaker.bot.create_forum_topic(chat_id, title, icon_color=colour)
        except BadRequest as exc:
            if failure(exc) is not Failure.NO_FORUM:
                raise
            self._flat[chat_id] = now + FLAT_FOR
            return None
        self._speaker.pace.landed(chat_id)
        return made.message_thread_id

    async def _card(self, topic: TopicNow, step: doing.Card) -> None:
        # The first message of a place without topics answers nothing: it is the card.
        (message,) = await self._speaker.say(topic, step.saying)
        item_id = step.item.id if step.item is not None else None
        post = self._post(topic, message, item_id, card_mark(step))
        await self._topics.change(
            topic.id, post, card_id=message.message_id, card_sha256=digest(step.saying), pinned=False
        )

    async def _say(self, topic: TopicNow, step: doing.Say) -> None:
        part, item = step.part, step.item
        lost = await self._speaker.unreadable(part.saying.files)
        if lost is not None:
            words = self._cards.words.text("staff.lost-file", name=shown_file_name(lost.name) or "–")
            at = part.saying.files.index(lost)
            text = f"{part.saying.text}\n{words}" if at == 0 and part.saying.text else words
            part = Part(Saying(text), (part.marks[at],), part.reply_to)
        said = await self._speaker.say(topic, part.saying, part.reply_to)
        marks = [*part.marks, *[""] * (len(said) - len(part.marks))]
        posts = [self._post(topic, *one) for one in zip(said, [item.id] * len(said), marks, strict=True)]
        whole = step.whole and lost is None and item.id > topic.posted_item
        await self._topics.change(topic.id, *posts, **({"posted_item": item.id} if whole else {}))

    async def _mark(self, topic: TopicNow, step: doing.Mark) -> None:
        """First the reason, then the emoji: after a crash in between the reason is not said twice."""
        found, first = step.marking, step.marking.posts[0]
        if found.reply:
            (message,) = await self._speaker.say(topic, Saying(found.reply), first.message_id)
            await self._topics.change(topic.id, self._post(topic, message, None, ""))
            await self._database.writer.run(lambda: change_mark([one.post_id for one in found.posts], "told"))
            return
        await self._speaker.pace.turn(first.chat_id, 0)
        try:
            await self._speaker.bot.set_message_reaction(first.chat_id, first.message_id, found.emoji)
        except BadRequest as exc:
            # Deleted meanwhile, or the group allows no such reactions: a failure was told in words.
            log.warning("not marked", ticket=topic.ticket_id, reason=exc.message)
        await self._database.writer.run(lambda: change_mark([one.post_id for one in found.posts], found.mark))

    async def _edit_card(self, topic: TopicNow, step: doing.EditCard) -> None:
        if step.saying is not None and topic.card_id is not None:
            try:
                await self._speaker.edit(topic, topic.card_id, step.saying)
            except BadRequest as exc:
                if failure(exc) is Failure.NO_MESSAGE:
                    await self._topics.lost_card(topic)
                    return
                if failure(exc) is not Failure.SAME:
                    raise
        await self._topics.change(
            topic.id, card_sha256=step.digest, seen_event=step.seen, posted_item=step.posted
        )

    async def _farewell(self, topic: TopicNow, saying: Saying) -> None:
        """Say so in the old place and close it; where the bot is out of it, it is left without a word."""
        try:
            await self._speaker.say(topic, saying)
            if topic.thread_id is not None and not topic.closed:
                await self._speaker.pace.turn(topic.chat_id, 0)
                await self._speaker.bot.close_forum_topic(topic.chat_id, topic.thread_id)
        except TelegramError as exc:
            if failure(exc) is Failure.ELSE:
                raise
            log.warning("left without a word", ticket=topic.ticket_id, reason=exc.message)
        await self._topics.leave(topic.id, datetime.now(UTC))

    async def _shape(self, topic: TopicNow, step: doing.Step) -> None:
        """What is done to the topic itself; what Telegram does not allow is let be, and logged."""
        bot, chat, thread = self._speaker.bot, topic.chat_id, topic.thread_id
        assert thread is not None and topic.card_id is not None
        await self._speaker.pace.turn(chat, 0)
        changed: dict[str, object] = {}
        try:
            match step:
                case doing.Pin():
                    changed["pinned"] = True
                    await bot.pin_chat_message(chat, topic.card_id, disable_notification=True)
                case doing.Rename():
                    changed["title"] = step.title
                    await bot.edit_forum_topic(chat, thread, name=step.title)
                case doing.Reopen():
                    changed["closed"] = False
                    await bot.reopen_forum_topic(chat, thread)
                case doing.Close():
                    changed["closed"] = True
                    await bot.close_forum_topic(chat, thread)
        except BadRequest as exc:
            if failure(exc) is Failure.NO_TOPIC:
                raise
            if failure(exc) is Failure.NO_MESSAGE:
                await self._topics.lost_card(topic)
                return
            if failure(exc) is not Failure.SAME:
                log.warning("topic not changed", ticket=topic.ticket_id, step=repr(step), reason=exc.message)
        await self._topics.change(topic.id, **changed)

    def _post(self, topic: TopicNow, message: Message, item_id: int | None, mark: str) -> NewPost:
        return NewPost(
            AGENTS, topic.chat_id, message.message_id, datetime.now(UTC), topic.ticket_id, item_id, mark=mark
        )
