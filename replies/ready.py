"""Ready answers: what agents say often, in each language, with the client's name and ticket filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from replies.names import plain_line
from replies.wording import Wording

PLACES = ("greeting", "name", "number", "agent")
_PLACE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """An answer by its key; `title` is for agents, `texts` are by language."""

    key: str
    title: str
    texts: Mapping[str, str]

    def language(self, wanted: str, fallback: str) -> str:
        """The language in which it is said to a client: his, else the desk's, else any that it has."""
        return next((one for one in (wanted, fallback) if one in self.texts), next(iter(self.texts)))


def unknown_places(text: str) -> list[str]:
    """The {places} of a text that nothing fills in."""
    return [name for name in _PLACE.findall(text) if name not in PLACES]


def filled(answer: ReadyAnswer, words: Wording, *, name: str, number: str, agent: str) -> str:
    """The answer in the language of `words`; what is filled in is never looked at again.

    {greeting} greets by name where the directory knows one that can be used; {name} is that name as it is.
    """
    values = {
        "greeting": words.greeting(name),
        "name": plain_line(name),
        "number": number,
        "agent": plain_line(agent),
    }
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), answer.texts[words.language]).strip()
