"""Mere thanks for a closed ticket are filed on it and reopen nothing, whatever way they come."""

from desk.channels import MAIL, channel_of
from desk.subjects import adds_nothing
from desk.thanks import is_thanks
from desk.ticket import State
from intake.taking_in.arrived import Arrived, message_of
from storage.tickets import Change, TicketNow, add_message, note_changes


def is_mere_thanks(arrival: Arrived, ticket: TicketNow) -> bool:
    """Whether what arrived says nothing but thanks for a ticket that is closed.

    With a screenshot, any other file or a link to one it says more, and so does a mail whose subject has
    words that are neither ours nor the ticket's: "Принтер опять молчит", and below it but "Спасибо!".
    """
    incoming = arrival.incoming
    if ticket.state != State.CLOSED or not is_thanks(incoming.reply_text):
        return False
    if incoming.screenshots or incoming.declined or incoming.attachments or incoming.links_to_shares:
        return False
    if channel_of(incoming.from_addr) != MAIL:
        return True
    return is_thanks(incoming.subject) or adds_nothing(
        incoming.subject, ticket.subject, arrival.desk.numbering.format(ticket.id)
    )


async def file_thanks(arrival: Arrived, ticket: TicketNow) -> int:
    """Put thanks on the ticket, which stays closed, and note them: agents see that, and can reopen it.

    Returns the id of the item that they became.
    """
    item = await add_message(message_of(arrival, ticket.id))
    await note_changes(ticket.id, arrival.now, Change(arrival.client.address, "thanked"))
    return item
