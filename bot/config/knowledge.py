"""What config.toml may say about the FAQ and the tone of answers."""

from pydantic import Field

from bot.config.fields import Line, OptionalPath, Section


class FaqSettings(Section):
    """Where the entries of the FAQ are."""

    folder: OptionalPath = Field(default=None, description='the path of a folder, or "" for no FAQ')


class ToneSettings(Section):
    """A phrase that the desk does not want to be heard saying, and a better one."""

    phrase: Line = Field(description="one line of 1 to 200 characters")
    better: str = Field(min_length=1, max_length=500, description="a text of 1 to 500 characters")
    alone: bool = Field(default=False, description="true: only when it is nearly all of an answer; or false")
