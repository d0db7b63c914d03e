"""Reads an SMTP connection in blocks: command lines, and messages up to CR LF . CR LF.

Reading DATA line by line is most of what receiving a message costs; a block costs one search.
"""

from asyncio import StreamReader
from collections.abc import Callable

END = b"\r\n.\r\n"
BLOCK = 262_144  # bytes asked for at once in DATA; as much as asyncio takes from a socket in one go
LONGEST_LINE = 65_536  # bytes of a command line that are kept while waiting for its end


class HungUp(ConnectionError):
    """The client ended the connection."""


class EndlessLine(Exception):
    """A command line did not end within `LONGEST_LINE` bytes."""


class BareLineFeed(Exception):
    """A command line ended in LF without CR, which RFC 5321 §2.3.8 forbids."""


class EndOfData:
    """Finds where DATA ends in a stream of blocks, in linear time, wherever the borders fall.

    CR LF . CR LF alone ends it (RFC 5321 §4.1.1.4). To take a bare CR or LF for a line's end as well is
    what lets one message smuggle another (CVE-2023-51764 and its like).
    """

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        # DATA begins at the start of a line, so a dot as its very first byte may end it.
        self._tail = b"\r\n"

    def find(self, block: bytes) -> int | None:
        """Return the index in `block` just after the end of DATA, None when it is not reached yet."""
        longest = len(END) - 1  # of an end that lies in two blocks, as much as one of them can hold
        across = (self._tail + block[:longest]).find(END)
        if across >= 0:
            return across + len(END) - len(self._tail)
        within = block.find(END)
        if within >= 0:
            return within + len(END)
        self._tail = block[-longest:] if len(block) >= longest else (self._tail + block)[-longest:]
        return None


def unstuffed(body: bytes) -> bytes:
    """Take away the dot that a sender puts before every line that begins with one (RFC 5321 §4.5.2).

    A single dot before other text stays: only a sender that never stuffs sends it, and there it is text.
    """
    body = body.replace(b"\r\n..", b"\r\n.")
    return body[1:] if body.startswith(b"..") else body


class Wire:
    """What a client sends, over an asyncio reader. Bytes read ahead of their turn are kept for it."""

    __slots__ = ("_ahead", "_reader", "received")

    def __init__(self, reader: StreamReader) -> None:
        self._reader = reader
        self._ahead = bytearray()
        self.received = 0
        """Bytes taken from the connection so far."""

    async def line(self) -> bytes:
        """Return the next command line without its CR LF. Raises HungUp, EndlessLine or BareLineFeed."""
        searched = 0
        while (end := self._ahead.find(b"\n", searched)) < 0:
            searched = len(self._ahead)
            if searched >= LONGEST_LINE:
                raise EndlessLine
            self._ahead += await self._more(LONGEST_LINE - searched)
        line = bytes(self._ahead[: end + 1])
        del self._ahead[: end + 1]
        if not line.endswith(b"\r\n"):
            raise BareLineFeed
        return line[:-2]

    async def message(self, may_hold: Callable[[int], bool]) -> bytes | None:
        """Return the message up to the end of DATA: dots unstuffed, every other byte as it was sent.

        `may_hold` is told how many bytes more are to be held in memory, and answers if they may be. Once
        it says no, what was held is dropped, the rest is read past, and the result is None.
        Raises HungUp when the client goes before the end.
        """
        end, held = EndOfData(), bytearray()
        holding = True
        block = self._from_ahead() or await self._more(BLOCK)
        # One bytearray, not a list of blocks: a client that sends two bytes at a time would make the list
        # take twenty times what it holds.
        while (stop := end.find(block)) is None:
            if holding and (holding := may_hold(len(block))):
                held += block
            elif held:
                held = bytearray()
            block = await self._more(BLOCK)
        self._ahead += block[stop:]
        if not (holding and may_hold(stop)):
            return None
        held += block[:stop]
        del held[-3:]  # the dot and its CR LF; the CR LF before them ends the last line
        return unstuffed(bytes(held))

    async def discard(self) -> None:
        """Read and drop whatever comes until the client hangs up."""
        self.forget()
        while await self._reader.read(BLOCK):
            pass

    def forget(self) -> None:
        """Drop what was read ahead."""
        self._ahead.clear()

    def _from_ahead(self) -> bytes:
        block = bytes(self._ahead)
        self._ahead.clear()
        return block

    async def _more(self, most: int) -> bytes:
        block = await self._reader.read(most)
        if not block:
            raise HungUp
        self.received += len(block)
        return block
