"""What is new in replies of many programs and languages: the tables in `replies/`, line by line."""

import pytest

from intake.reply import new_text
from tests.intake.reply_table import Reply, replies

REPLIES = replies()


def filled(text: str) -> list[str]:
    """The lines of `text` without spaces at their ends; none that are empty at its ends."""
    return [line.rstrip() for line in text.strip().split("\n")]


def found(reply: Reply, text: str) -> list[str]:
    """What is new in `text`, a reply of the kind that the table notes."""
    return filled(new_text(text, forwarded="forwarded" in reply.notes, replying="first" not in reply.notes))


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.name)
def test_the_marked_lines_are_new(reply: Reply) -> None:
    assert found(reply, reply.text) == filled(reply.new)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.name)
def test_what_is_new_stays_new_when_it_is_read_again(reply: Reply) -> None:
    assert found(reply, reply.new) == filled(reply.new)


def test_the_tables_hold_many_programs() -> None:
    assert len(REPLIES) >= 130
    assert len({reply.name for reply in REPLIES}) == len(REPLIES)
