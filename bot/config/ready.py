"""What config.toml may say about ready answers."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.fields import Language, Line, Section
from replies.ready import PLACES, ReadyAnswer, unknown_places

_MOST = 4000  # characters: with its footer one message in a chat


def _text(value: str) -> str:
    if unknown := unknown_places(value):
        raise ValueError(f"{{{unknown[0]}}} is filled in by nothing")
    if not value.strip() or len(value) > _MOST:
        raise ValueError
    return value


Text = Annotated[str, AfterValidator(_text)]


class ReadyAnswerSettings(Section):
    """An answer that agents give often."""

    key: str = Field(
        pattern=r"^[a-z0-9_-]{1,32}$",
        description="1 to 32 small Latin letters, digits, hyphens or underscores",
    )
    title: Line = Field(description="one line of 1 to 200 characters, for agents")
    text: dict[Language, Text] = Field(
        min_length=1,
        description=f"texts of up to {_MOST} characters by language, in which are known: "
        + ", ".join(f"{{{place}}}" for place in PLACES),
    )

    def ready_answer(self) -> ReadyAnswer:
        """The answer in the words of the floors below."""
        return ReadyAnswer(
            self.key, self.title, {str(language): text for language, text in self.text.items()}
        )
