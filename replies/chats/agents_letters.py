"""A claimed delivery of the channel `agents` as what is said to an agent, a head, or in the staff chat."""

from dataclasses import dataclass
from typing import Any

from desk.ticket import Numbering
from replies.chats.letters import sayings_of
from replies.chats.sayings import FILE, PICTURE, ChatFile, Script
from replies.compose import Desk, compose_for_chat
from replies.languages import Languages
from replies.names import plain_line
from replies.wording import Wording
from storage.outbox import Due


@dataclass(frozen=True, slots=True)
class AgentsLetters:
    """Composes deliveries of the channel `agents`, in the desk's language; the same gives the same bytes.

    Kinds are those of `replies.notices` and `replies.compose`. Facts of every kind, all of which may be
    missing: link (to the ticket's topic), for (whose it is, where he can't be told himself), files.
    """

    desk: Desk
    languages: Languages
    numbering: Numbering

    def __call__(self, due: Due) -> bytes:
        """The script; raises KeyError or ValueError for facts that can't be worded."""
        number = self.numbering.format(due.ticket_id) if due.ticket_id is not None else ""
        language = due.language or self.desk.default_language
        text = compose_for_chat(
            due.kind, language, {**due.facts, "number": number}, self.desk, self.languages
        )
        if whose := plain_line(str(due.facts.get("for") or "")):
            words = Wording(self.languages, language, chat=True)
            text = f"{words.text('notice.for', name=whose)}\n{text}"
        if link := due.facts.get("link"):
            text = f"{text}\n{link}"
        files = tuple(_file(one) for one in due.facts.get("files") or ())
        # About no ticket: what is replied to a notice is no answer to the client.
        return Script(due.id, None, None, sayings_of(text, files)).to_bytes()


def _file(file: dict[str, Any]) -> ChatFile:
    return ChatFile(file["sha256"], file["name"], file["media_type"], PICTURE if file["as_picture"] else FILE)
