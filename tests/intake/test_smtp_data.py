"""The end of DATA, stuffed dots, and lines, whatever the borders of the blocks they come in."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.listener.wire import (
    LONGEST_LINE,
    BareLineFeed,
    EndlessLine,
    EndOfData,
    HungUp,
    Wire,
    unstuffed,
)

# Made of what the end of DATA is made of, so that near misses are the rule.
tricky = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"a", b"\0", b"\xff"]), max_size=40).map(
    b"".join
)


def stuffed(text: bytes) -> bytes:
    """What a sender makes of a text of whole lines (RFC 5321 §4.5.2)."""
    lines = text.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


def wire_with(*blocks: bytes) -> Wire:
    """A wire that has got these blocks, and the client's farewell."""
    reader = asyncio.StreamReader()
    for block in blocks:
        reader.feed_data(block)
    reader.feed_eof()
    return Wire(reader)


def everything(_size: int) -> bool:
    return True


async def message(*blocks: bytes) -> bytes | None:
    return await wire_with(*blocks).message(everything)


@given(tricky, st.data())
async def test_every_text_comes_back_as_it_was_however_it_is_cut(text: bytes, data: st.DataObject) -> None:
    text += b"\r\n"
    blocks = cut(stuffed(text) + b"QUIT\r\n", data)
    wire = Wire(reader := asyncio.StreamReader())
    reading = asyncio.ensure_future(wire.message(everything))
    for block in blocks:
        reader.feed_data(block)
        await asyncio.sleep(0)
    assert await reading == text
    assert await wire.line() == b"QUIT"


def cut(sent: bytes, data: st.DataObject) -> list[bytes]:
    borders = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=12)) | {0, len(sent)})
    return [sent[a:b] for a, b in pairwise(borders)]


@given(tricky, st.data())
def test_the_end_is_found_where_a_search_of_the_whole_finds_it(text: bytes, data: st.DataObject) -> None:
    sent = text + b"\r\n.\r\n" + data.draw(tricky)
    expected = (b"\r\n" + sent).find(b"\r\n.\r\n") + 3  # the first line has no CR LF of its own before it
    end, passed = EndOfData(), 0
    for block in cut(sent, data):
        found = end.find(block)
        if found is not None:
            assert passed + found == expected
            return
        passed += len(block)
    raise AssertionError("the end was not found")


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n"),
        (b"a\r\n.b\r\n.\r\n", b"a\r\n.b\r\n"),
        (b"a\r\n..\r\n.\r\n", b"a\r\n.\r\n"),
        (b"\xff\x00\r\n.\r\n", b"\xff\x00\r\n"),
    ],
)
async def test_a_message_is_what_stands_before_the_lone_dot(sent: bytes, body: bytes) -> None:
    assert await message(sent) == body


@pytest.mark.parametrize(
    "near_miss",
    [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n"],
)
async def test_a_bare_cr_or_lf_never_ends_a_message(near_miss: bytes) -> None:
    assert await message(b"a" + near_miss + b"b\r\n.\r\n") == b"a" + near_miss + b"b\r\n"


@pytest.mark.parametrize("border", range(12))
async def test_the_end_may_be_cut_in_two_anywhere(border: int) -> None:
    sent = b"text\r\n.\r\nNEXT\r\n"
    reader = asyncio.StreamReader()
    wire = Wire(reader)
    reading = asyncio.ensure_future(wire.message(everything))
    for block in (sent[:border], sent[border:]):
        reader.feed_data(block)
        await asyncio.sleep(0)
    assert await reading == b"text\r\n"
    assert await wire.line() == b"NEXT"


async def test_what_may_not_be_held_is_read_past_and_dropped() -> None:
    wire = wire_with(b"x" * 5000, b"\r\n.\r\nNOOP\r\n")
    assert await wire.message(lambda size: size < 4000) is None
    assert await wire.line() == b"NOOP"


async def test_a_client_that_goes_before_the_end_has_sent_no_message() -> None:
    with pytest.raises(HungUp):
        await message(b"half a mess")


async def test_lines_come_one_by_one_however_they_were_sent() -> None:
    wire = wire_with(b"NO", b"OP\r", b"\nRSET\r\nQUIT\r\n")
    assert [await wire.line() for _ in range(3)] == [b"NOOP", b"RSET", b"QUIT"]


async def test_a_line_that_never_ends_is_given_up() -> None:
    wire = wire_with(b"A" * LONGEST_LINE)
    with pytest.raises(EndlessLine):
        await wire.line()


async def test_lf_without_cr_ends_no_line() -> None:
    wire = wire_with(b"MAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\r\n")
    with pytest.raises(BareLineFeed):
        await wire.line()


def test_dots_at_the_beginning_of_a_line_lose_one() -> None:
    assert unstuffed(b"..\r\n...a\r\na..b\r\n") == b".\r\n..a\r\na..b\r\n"
