"""What config.toml may say about the FAQ and the tone of answers."""

from typing import Self

from pydantic import Field, model_validator

from bot.config.fields import Line, OptionalPath, Section, contradiction
from desk.tone import Phrase, unwanted


class FaqSettings(Section):
    """Where the entries of the FAQ are."""

    folder: OptionalPath = Field(default=None, description='the path of a folder, or "" for no FAQ')


class ToneSettings(Section):
    """A phrase that the desk does not want to be heard saying, and a better one."""

    phrase: Line = Field(description="one line of 1 to 200 characters")
    better: str = Field(min_length=1, max_length=500, description="a text of 1 to 500 characters")
    alone: bool = Field(default=False, description="true: only when it is nearly all of an answer; or false")

    @model_validator(mode="after")
    def _can_be_heard(self) -> Self:
        own = (self.as_phrase(),)
        if not unwanted(self.phrase, own):
            raise contradiction("phrase", f'found "{self.phrase}"; needed: a word')
        if unwanted(self.better, own):
            raise contradiction("better", f'found "{self.better}"; needed: a text without the phrase itself')
        return self

    def as_phrase(self) -> Phrase:
        """The phrase in the words of the floors below."""
        return Phrase(self.phrase, self.better, alone=self.alone)
