"""A client's message in his private chat with the bot, as the rules take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.channels import telegram_address
from desk.faq.entries import Suggestion
from intake.chatting.meant import Written
from intake.contents.links import to_shares
from intake.incoming import Declined, IncomingMessage, Screenshot
from intake.mime.cleaning import one_line

_SUBJECT = 100  # characters of the first line that name a ticket


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A client's message in his private chat with the bot, understood.

    `sent_at`: when Telegram took it (UTC). `language`: of his program, one of ours, or "". `reply_to`: the
    message that he answers. `album`: Telegram's media group. `origin`: whose message he passes on. `only`:
    what it is when it is nothing that a request can consist of, such as "voice"; else "". `faq`: the entries
    that may answer it.
    """

    chat_id: int
    message_id: int
    sender_id: int
    name: str
    language: str
    sent_at: datetime
    text: str = ""
    reply_to: int | None = None
    album: str = ""
    origin: str = ""
    screenshots: tuple[Screenshot, ...] = ()
    declined: tuple[Declined, ...] = ()
    only: str = ""
    faq: tuple[Suggestion, ...] = ()

    @property
    def written(self) -> Written:
        """What of it tells which ticket it belongs to."""
        return Written(self.chat_id, self.text, self.reply_to, self.sent_at)

    def as_incoming(self) -> IncomingMessage:
        """The message as the rules for requests take it, whatever way one came."""
        first = next((line.strip() for line in self.text.splitlines() if line.strip()), "")
        return IncomingMessage(
            from_addr=telegram_address(self.sender_id),
            from_name=self.name,
            subject=one_line(first)[:_SUBJECT],
            text=self.text,
            reply_text=self.text,
            screenshots=self.screenshots,
            declined=self.declined,
            links_to_shares=to_shares(self.text),
        )
