"""The recording that a /time command is about: a voice message or an audio file, fetched and kept."""

from telegram import Audio, Document, Message, Voice

from bot.telegram.agents.commands.asked import Asked, wrong
from bot.telegram.agents.received import LARGEST, fetched
from intake.mime.cleaning import file_name
from replies.verbs.spending import keep_recording
from storage.recordings import NewRecording
from storage.threads import in_thread

COMMAND = "time"


def sound_in(message: Message | None) -> Voice | Audio | Document | None:
    """What may be a recording in a message: a voice message, an audio file, a file that says it is one.

    Whether it is one, its bytes tell.
    """
    if message is None:
        return None
    document = message.document
    if document is not None and (document.mime_type or "").startswith("audio/"):
        return document
    return message.voice or message.audio


async def recording_for(asked: Asked, message: Message) -> NewRecording | None:
    """The recording with a command: what bears it as its caption, or what it replies to; None without one.

    Raises Refused for one that can't be kept, and what the library raises when it can't be fetched now.
    """
    if asked.name != COMMAND:
        return None
    bearer = message if sound_in(message) is not None else message.reply_to_message
    sound = sound_in(bearer)
    if bearer is None or sound is None:
        return None
    if (sound.file_size or 0) > LARGEST:
        raise wrong(asked, "recording.too-large", limit=asked.texts.size(LARGEST))
    content = await fetched(sound)
    if content is None:
        raise wrong(asked, "recording.gone")
    given = "" if isinstance(sound, Voice) else file_name(sound.file_name or "")
    name = given or f"voice-{bearer.message_id}"
    return await in_thread(keep_recording, asked.desk.files, content, name)
