"""A claimed delivery as the bytes of a mail: adds number and links, words it, builds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from desk import tags
from desk.ticket import Numbering
from replies import links
from replies.compose import Desk, compose
from replies.languages import Languages
from replies.mime import Attachment, attachable, build
from storage.outbox import Due

# A status link is good for as long as people go back to old mail.
TICKET_LINK = timedelta(days=365)
AFTER_INVITATION = timedelta(days=30)

# Answers are a person's words; everything else a machine wrote (RFC 3834, section 5).
_AUTO_SUBMITTED: dict[str, Literal["auto-replied", "auto-generated"] | None] = {
    "confirmation": "auto-replied",
    "answer": None,
}


@dataclass(frozen=True, slots=True)
class Letters:
    """Composes deliveries of the channel `mail`; the same delivery gives the same bytes."""

    desk: Desk
    languages: Languages
    numbering: Numbering
    secret: bytes
    tag_separator: str = ""
    # How the bytes of an answer's file are had by its facts; without it there are none.
    file: Callable[[Mapping[str, Any]], bytes] | None = None

    def __call__(self, due: Due) -> bytes:
        """The mail's bytes; raises KeyError or ValueError for facts that can't be worded."""
        number = self.numbering.format(due.ticket_id) if due.ticket_id is not None else ""
        letter = compose(due.kind, due.language, self._facts(due, number), self.desk, self.languages)
        return build(
            letter,
            sender_name=self.desk.name,
            sender=self.desk.address,
            recipient=due.recipient,
            message_id=due.message_id,
            date=due.created_at,
            ticket_number=number,
            in_reply_to=due.in_reply_to,
            references=tuple(due.references.split()),
            auto_submitted=_AUTO_SUBMITTED.get(due.kind, "auto-generated"),
            reply_to=self._reply_to(due),
            attachments=self._attachments(due),
        )

    def _attachments(self, due: Due) -> tuple[Attachment, ...]:
        if self.file is None:
            return ()
        files = due.facts.get("files") or ()
        return tuple((one["name"], attachable(one["media_type"]), self.file(one)) for one in files)

    def _reply_to(self, due: Due) -> str:
        """Our address with a signed tag that tells the ticket, for mail programs that send no In-Reply-To."""
        if not self.tag_separator or due.ticket_id is None:
            return ""
        tag = tags.sign(tags.TICKET, due.ticket_id, self.secret)
        return tags.tagged(self.desk.address, self.tag_separator, tag)

    def envelope_sender(self, due: Due) -> str:
        """Where bounces come back to: our address with a signed tag that tells the delivery (desk.tags).

        Without tags it is empty for a machine's mail, so that no bounce and no auto-reply can come back (RFC
        3834, 3.3), and the desk's address for an agent's answer: its bounce is found by our Message-ID in it.
        """
        if self.tag_separator:
            return tags.tagged(
                self.desk.address, self.tag_separator, tags.sign(tags.BOUNCE, due.id, self.secret)
            )
        return self.desk.address if due.kind == "answer" else ""

    def _facts(self, due: Due, number: str) -> dict[str, Any]:
        facts: dict[str, Any] = {**due.facts, "number": number}
        if due.ticket_id is not None:
            facts["ticket_url"] = self._ticket_url(due.ticket_id, due.created_at)
        if due.kind in ("invitation", "rating-reminder"):
            facts["rate_urls"] = self._rate_urls(due)
        return facts

    def _ticket_url(self, ticket_id: int, since: datetime) -> str:
        token = links.sign("ticket", {"t": ticket_id}, since + TICKET_LINK, self.secret)
        return f"{self.desk.public_url}/ticket/{token}"

    def _rate_urls(self, due: Due) -> dict[str, str]:
        """A link for each star. They outlive the invitation, so that the page can say that it is over."""
        expires_at = datetime.fromisoformat(str(due.facts["expires_at"])) + AFTER_INVITATION
        return {
            str(stars): f"{self.desk.public_url}/rate/"
            + links.sign("rate", {"c": due.facts["closure_id"], "s": stars}, expires_at, self.secret)
            for stars in range(1, 6)
        }
