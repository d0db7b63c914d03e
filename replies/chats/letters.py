"""A claimed delivery as what is said in the client's chat: worded, with buttons, split, files attached."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from desk.ticket import Numbering
from replies import links
from replies.chats.invitations import said, star_buttons
from replies.chats.sayings import FILE, PICTURE, Button, ChatFile, Saying, Script
from replies.chats.splitting import CAPTION, MESSAGE, split
from replies.chats.talk import talked
from replies.compose import Desk, compose_for_chat
from replies.faq.saying import faq_said
from replies.languages import Languages
from replies.wording import Wording
from storage.outbox import Due

TICKET_LINK = timedelta(days=365)
_ALBUM = 10  # files in one message at most: https://core.telegram.org/bots/api#sendmediagroup


@dataclass(frozen=True, slots=True)
class ChatLetters:
    """Composes deliveries of the channel `telegram`; the same delivery gives the same bytes."""

    desk: Desk
    languages: Languages
    numbering: Numbering
    secret: bytes

    def __call__(self, due: Due) -> bytes:
        """The script; raises KeyError or ValueError for facts that can't be worded."""
        number = self.numbering.format(due.ticket_id) if due.ticket_id is not None else ""
        facts = {**due.facts, "number": number}
        if due.ticket_id is not None:
            token = links.sign("ticket", {"t": due.ticket_id}, due.created_at + TICKET_LINK, self.secret)
            facts["ticket_url"] = f"{self.desk.public_url}/ticket/{token}"
        words = Wording(self.languages, due.language or self.desk.default_language, chat=True)
        told = (
            said(due.kind, words, facts, number, self.desk.timezone)
            or talked(due.kind, words, facts, due.ticket_id, self.numbering, self.desk)
            or faq_said(due.kind, words, facts, number)
        )
        if told is not None:
            return Script(due.id, due.ticket_id, due.item_id, told).to_bytes()
        text = compose_for_chat(due.kind, due.language, facts, self.desk, self.languages)
        files = tuple(_chat_file(one) for one in due.facts.get("files") or ())
        sayings = sayings_of(text, files, self._buttons(due, words))
        if due.kind == "edit":
            old = {**facts, "text": facts["old_text"]}
            before = sayings_of(
                compose_for_chat("answer", due.language, old, self.desk, self.languages), files
            )
            return _edit(due, before, sayings, text).to_bytes()
        return Script(due.id, due.ticket_id, due.item_id, sayings).to_bytes()

    def _buttons(self, due: Due, words: Wording) -> tuple[tuple[Button, ...], ...]:
        if due.kind not in ("invitation", "rating-reminder"):
            return ()
        return star_buttons(words, due.facts["closure_id"])


def _edit(due: Due, before: tuple[Saying, ...], now: tuple[Saying, ...], text: str) -> Script:
    """What makes the client's copy say something else; a text that no longer fits its place comes anew."""
    if [(bool(one.text), one.files) for one in before] == [(bool(one.text), one.files) for one in now]:
        return Script(due.id, due.ticket_id, due.item_id, now, edits=int(due.facts["edits"]))
    return Script(due.id, due.ticket_id, due.item_id, sayings_of(text, ()))


def _chat_file(file: dict[str, Any]) -> ChatFile:
    kind = PICTURE if file["as_picture"] else FILE
    return ChatFile(file["sha256"], file["name"], file["media_type"], kind)


def sayings_of(
    text: str, files: tuple[ChatFile, ...], buttons: tuple[tuple[Button, ...], ...] = ()
) -> tuple[Saying, ...]:
    """The messages that say `text` and bring `files`: as few as Telegram allows, buttons under the last text.

    A text that fits under the files stands there; pictures and other files can't share an album.
    """
    albums = [
        tuple(same[at : at + _ALBUM])
        for kind in (PICTURE, FILE)
        if (same := [file for file in files if file.kind == kind])
        for at in range(0, len(same), _ALBUM)
    ]
    captioned = bool(albums) and not buttons and bool(text) and len(split(text, CAPTION)) == 1
    pieces = [] if captioned else split(text, MESSAGE)
    said = [Saying(piece) for piece in pieces]
    if said and buttons:
        said[-1] = Saying(pieces[-1], buttons)
    for index, album in enumerate(albums):
        said.append(Saying(text if captioned and index == 0 else "", files=album))
    return tuple(said)
