"""The FAQ for agents: what fits some words, how an entry reads, and an entry as an answer."""

from datetime import datetime

from bot.telegram.agents.commands.asked import Asked, Said, rows_of, wrong
from desk.faq.entries import Told
from replies.answering import Answer, answer_now, the_ticket
from replies.faq.saying import as_answer
from replies.faq.search import Faq
from replies.names import plain_line
from storage.offers import AGENT, NewOffer, note_offers

_SHOW, _SEND = "show", "send"  # what a button says besides a key
_LISTED = 5
_PREVIEW = 3500  # characters


async def which_entry(asked: Asked) -> Said | None:
    """List the entries that fit the words, or show the one that is chosen; outside any transaction."""
    faq = _faq(asked)
    words = asked.words.split()
    if len(words) == 2 and words[1] in (_SHOW, _SEND):
        await faq.looked_at()
        told, _ = await asked.desk.database.writer.run(lambda: _chosen(asked))
        if words[1] == _SEND:
            return None
        send = asked.choice(asked.texts.text("choice.send"), words[0], _SEND)
        return Said(f"{plain_line(told.title)}\n\n{as_answer(told)}"[:_PREVIEW], ((send,),), asked.ticket_id)
    if not words:
        raise wrong(asked, "faq", name=asked.name)
    found = await faq.search(asked.words, _LISTED)
    if not found:
        raise wrong(asked, "faq.none")
    language = asked.desk.cards.language
    choices = [asked.choice(one.told[one.language(language)].title, one.key, _SHOW) for one in found]
    return asked.said("ask.faq", *rows_of(choices, 1))


async def send_entry(asked: Asked, now: datetime) -> Said:
    """Answer the client with an entry; like any other answer it can be taken back for a moment."""
    told, language = await _chosen(asked)
    ticket = await the_ticket(asked.ticket, asked.desk.desk)
    answer = Answer(asked.agent.name, as_answer(told), not_before=now + asked.desk.recall)
    await answer_now(asked.desk.desk, asked.ticket, answer, now)
    key = asked.words.split()[0]
    await note_offers([NewOffer(key, AGENT, language, now, ticket.client_id, ticket.id)])
    return asked.said("done.faq")


async def _chosen(asked: Asked) -> tuple[Told, str]:
    """The entry that a button names, in the client's language, else the desk's, else any; in a unit."""
    key = asked.words.split()[0]
    told = _faq(asked).known(key)
    if told is None:
        raise wrong(asked, "faq.gone", given=plain_line(key, 60))
    ticket = await the_ticket(asked.ticket, asked.desk.desk)
    wanted = (ticket.language, asked.desk.cards.language)
    language = next((one for one in wanted if one in told), next(iter(told)))
    return told[language], language


def _faq(asked: Asked) -> Faq:
    if asked.extras.faq is None:
        raise wrong(asked, "faq.off")
    return asked.extras.faq
