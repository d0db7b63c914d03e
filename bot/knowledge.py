"""The FAQ as configured, and what it may answer of a mail; the phrases that answers are checked for."""

from collections.abc import Sequence
from functools import cache

from bot.config import Settings
from desk.faq.entries import Suggestion
from desk.tone import DEFAULTS, Phrase
from intake.incoming import IncomingMessage
from replies.faq.search import Faq


def faq(settings: Settings) -> Faq | None:
    """The desk's FAQ, None when it has none; one for all parts of a process, for it takes memory."""
    return _read(settings.faq.folder) if settings.faq.folder is not None else None


_read = cache(Faq)


async def suggested(known: Faq | None, incoming: IncomingMessage) -> Sequence[Suggestion]:
    """The entries that probably answer a mail; none for what is not a person's request."""
    if known is None or incoming.refusal or incoming.auto_reply or incoming.bounce:
        return ()
    return await known.offer(f"{incoming.subject}\n{incoming.reply_text}")


def tone(settings: Settings) -> tuple[Phrase, ...]:
    """The phrases that are not wanted in answers: the configured ones, else ours; none when it is off."""
    if not settings.desk.tone_check:
        return ()
    return tuple(one.as_phrase() for one in settings.tone) or DEFAULTS
