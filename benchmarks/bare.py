"""The yardstick: a bare aiosmtpd that only writes each message to a file with fsync, and says 250.

It has no controller, thread, parser or database; everything else is aiosmtpd's default. Prints "ready PORT"
once it listens, and when it is ended (SIGTERM, SIGINT) one JSON line with what it did and used.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class ToFile:
    """Writes each message to a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's callback for a message."""
        assert isinstance(envelope.content, bytes)
        self.written += 1
        with open(self.folder / f"{self.written}.eml", "wb") as file:
            file.write(envelope.content)
            file.flush()
            os.fsync(file.fileno())
        return "250 OK"


async def serve(port: int, folder: Path) -> None:
    """Listen until a signal comes."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    handler = ToFile(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="bare.example", loop=loop), "127.0.0.1", port
    )
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await over.wait()
    server.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "written": handler.written,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 3),
        "most_resident_mb": round(used.ru_maxrss / 1024, 1),
    }
    print(json.dumps(figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 (default) for any free one")
    parser.add_argument(
        "--folder", type=Path, required=True, help="where the files go; made when it is missing"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    main()
