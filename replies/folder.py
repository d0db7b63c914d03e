"""A carrier that writes mail to a folder as .eml files: what goes out while no relay is configured."""

import asyncio
import os
import re
from hashlib import sha256
from pathlib import Path

from replies.delivery_error import DeliveryError
from storage.files import write_durably


class FolderCarrier:
    """Writes each mail once, under a name that its Message-ID determines: a repeat changes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """Write one mail; returns the file's name. Raises DeliveryError, temporary, when it can't be."""
        try:
            return await asyncio.to_thread(self._write, message_id, content)
        except OSError as exc:
            raise DeliveryError(f"{self._folder}: {exc.strerror}", channel=True) from exc

    async def close(self) -> None:
        """Nothing is held."""

    def _write(self, message_id: str, content: bytes) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        ticket = re.match(r"<otklik\.(\d+)\.", message_id)
        name = f"{ticket.group(1) if ticket else 0}-{sha256(message_id.encode()).hexdigest()[:16]}.eml"
        temporary = self._folder / f".{name}.{os.getpid()}"
        write_durably(content, self._folder / name, temporary, mode=0o666)  # people read them
        return name
