"""What is changed of an item of a ticket's thread after it was written; all inside a writer's unit."""

from datetime import datetime

from storage.models import Message
from storage.models import Screenshot as ScreenshotRow


async def edit_message(item_id: int, text: str, at: datetime) -> str | None:
    """Give an item another text; the old one is kept. Returns the old text, None when it was the same.

    `at`: when its author changed it (UTC).
    """
    row = await Message.select_for_update().get_or_none(id=item_id)
    if row is None or row.text == text:
        return None
    old = row.text
    earlier = [*(row.earlier or []), {"text": old, "until": at.isoformat()}]
    await Message.filter(id=item_id).update(text=text, new_text=text, edited_at=at, earlier=earlier)
    return old


async def text_of(item_id: int) -> str:
    """What an item says now; "" when there is none."""
    row = await Message.get_or_none(id=item_id)
    return row.text if row else ""


async def has_picture(item_id: int, sha256: str) -> bool:
    """Whether an item has this very picture already."""
    return await ScreenshotRow.filter(message_id=item_id, sha256=sha256).exists()


async def pass_on_from(item_id: int, origin: str) -> None:
    """Note from whom a message was passed on that is not its author's own."""
    await Message.filter(id=item_id).update(origin=origin[:300])
