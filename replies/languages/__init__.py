"""Every text the desk sends or shows, by name, in four languages; an admin may reword any of them."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

LANGUAGES = ("ru", "uk", "en", "fi")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_MSGID = re.compile(r'^msgid "(.+)"', re.MULTILINE)
_SHIPPED = Path(__file__).parent


class BadCatalogue(ValueError):
    """A catalogue that can't be used; the text names the file, the msgid and what is wrong with it.

    `line`: where, as far as that is known; else 0.
    """

    def __init__(self, path: Path, key: str, mistake: str, line: int = 0) -> None:
        super().__init__(": ".join(filter(None, (str(path), key, mistake))))
        self.path, self.key, self.mistake, self.line = path, key, mistake, line


@dataclass(frozen=True, slots=True)
class _Text:
    """The forms of one text: one, or as many as the language has plurals."""

    forms: tuple[str, ...]
    plural: bool

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(name for form in self.forms for name in _PLACEHOLDER.findall(form))


@dataclass(frozen=True, slots=True)
class _Catalogue:
    texts: Mapping[str, _Text]
    count: int  # of plural forms
    expression: str
    form_of: Callable[[int], int]


class Languages:
    """All texts in all languages, read and checked once, at start.

    `folder_override`: an admin's folder with any of ru.po, uk.po, en.po and fi.po, each holding just the
    msgids that he words differently. `default`: the desk's language, used for clients whose language is
    unknown. Raises `BadCatalogue` when a file there can't be used.
    """

    def __init__(self, folder_override: Path | None = None, default: str = "ru") -> None:
        if default not in LANGUAGES:
            raise ValueError(f"language {default!r}: known are {', '.join(LANGUAGES)}")
        self.default = default
        self._catalogues = {name: shipped(name) for name in LANGUAGES}
        if folder_override is not None:
            for path in sorted(folder_override.glob("*.po")):
                self._override(path)

    def resolve(self, language: str | None) -> str:
        """The language we can write to somebody who asks for `language` ("ru", "en-GB", None …)."""
        primary = re.split(r"[-_]", (language or "").strip().lower(), maxsplit=1)[0]
        return primary if primary in LANGUAGES else self.default

    def text(self, language: str | None, key: str, **values: object) -> str:
        """The text `key` with each `{name}` replaced by its value, literally and in one pass.

        Raises KeyError for an unknown key, or a placeholder without a value: both are our own mistakes.
        """
        text = self._catalogues[self.resolve(language)].texts[key]
        if text.plural:
            raise KeyError(f"{key} has plural forms: use plural()")
        return _filled(text.forms[0], values)

    def plural(self, language: str | None, key: str, n: int | Decimal, **values: object) -> str:
        """The text `key` in the form that `n` wants; `{n}` in it is `n` as that language writes it.

        Gettext's plural rules know whole numbers alone, so a fraction takes the text `key.fraction`.
        """
        values = {"n": self.number(language, n), **values}
        if n != int(n):
            return self.text(language, f"{key}.fraction", **values)
        catalogue = self._catalogues[self.resolve(language)]
        text = catalogue.texts[key]
        if not text.plural:
            raise KeyError(f"{key} has no plural forms: use text()")
        return _filled(text.forms[catalogue.form_of(abs(int(n)))], values)

    def number(self, language: str | None, n: int | Decimal) -> str:
        """`n` with the language's decimal sign and thousands: 12 400 or 12,400, 1,5 or 1.5."""
        exact = n.normalize() if isinstance(n, Decimal) else n
        # CLDR changes its mind between U+00A0 and U+202F; the style sheets say no-break space.
        return format_decimal(exact, locale=self.resolve(language)).replace("\u202f", "\u00a0")

    def has(self, key: str) -> bool:
        """Whether there is a text of that name."""
        return key in self._catalogues[self.default].texts

    def keys(self) -> frozenset[str]:
        """The names of all texts."""
        return frozenset(self._catalogues[self.default].texts)

    def forms(self, language: str, key: str) -> tuple[str, ...]:
        """A text as the catalogue has it, placeholders and all: one form, or all plural forms."""
        return self._catalogues[language].texts[key].forms

    def _override(self, path: Path) -> None:
        language = path.stem
        if language not in LANGUAGES:
            raise no_such_language(path)
        ours = self._catalogues[language]
        catalogue = _parsed(path, language)
        check_plural_rule(path, catalogue, ours)
        own = _texts(path, catalogue, ours.count)
        for key, text in own.items():
            check_override(path, key, text, ours.texts)
        merged = {**ours.texts, **own}
        self._catalogues[language] = _Catalogue(merged, ours.count, ours.expression, ours.form_of)


def _filled(form: str, values: Mapping[str, object]) -> str:
    # One pass and no str.format: what a value contains is never looked at again (threat 44).
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), form)


def shipped(language: str) -> _Catalogue:
    """Our own catalogue of a language."""
    path = _SHIPPED / f"{language}.po"
    catalogue = _parsed(path, language)
    count, expression = catalogue.num_plurals, catalogue.plural_expr
    return _Catalogue(_texts(path, catalogue, count), count, expression, c2py(expression))


def no_such_language(path: Path) -> BadCatalogue:
    """What is wrong with a file that is named after none of our languages."""
    return BadCatalogue(path, "", f"no such language; known are {', '.join(LANGUAGES)}")


def read_catalogue(path: Path, language: str) -> tuple[str, Catalog]:
    """A file's text and what it says; raises BadCatalogue when it can't be read."""
    try:
        source = path.read_text(encoding="utf-8-sig")
        catalogue = read_po(source.splitlines(keepends=True), locale=language, abort_invalid=True)
        c2py(catalogue.plural_expr)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        mistake = f"not a catalogue that we can read: {error}"
        line = error.lineno + 1 if isinstance(error, PoFileError) else 0
        raise BadCatalogue(path, "", mistake, line) from error
    return source, catalogue


def repeated(source: str) -> dict[str, int]:
    """The msgids that a file gives more than once, each with how often."""
    return {msgid: times for msgid, times in Counter(_MSGID.findall(source)).items() if times > 1}


def _parsed(path: Path, language: str) -> Catalog:
    source, catalogue = read_catalogue(path, language)
    for msgid, times in repeated(source).items():
        raise BadCatalogue(path, msgid, f"given {times} times")
    return catalogue


def _texts(path: Path, catalogue: Catalog, count: int) -> dict[str, _Text]:
    return {key_of(message): text_of(path, message, count) for message in catalogue if message.id}


def key_of(message: Message) -> str:
    """The name of a text."""
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def text_of(path: Path, message: Message, count: int) -> _Text:
    """What a file says for one msgid, in a language of `count` plural forms; raises BadCatalogue."""
    key = key_of(message)
    if message.fuzzy:
        raise BadCatalogue(path, key, "marked as fuzzy; look it over and remove the mark")
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    text = _Text(tuple(form or "" for form in forms), message.pluralizable)
    _check_forms(path, key, text, count)
    return text


def _check_forms(path: Path, key: str, text: _Text, count: int) -> None:
    if text.plural and len(text.forms) != count:
        raise BadCatalogue(path, key, f"{len(text.forms)} plural forms, the language has {count}")
    for form in text.forms:
        if not form:
            raise BadCatalogue(path, key, "empty text or plural form")
        if missing := text.placeholders - set(_PLACEHOLDER.findall(form)):
            raise BadCatalogue(path, key, f"a plural form lacks {_named(missing)}")


def check_plural_rule(path: Path, catalogue: Catalog, ours: _Catalogue) -> None:
    """Raise BadCatalogue when a file counts plurals otherwise than we do."""
    theirs = c2py(catalogue.plural_expr)
    same = catalogue.num_plurals == ours.count
    if not same or any(theirs(n) != ours.form_of(n) for n in range(201)):
        rule = f"nplurals={ours.count}; plural={ours.expression};"
        raise BadCatalogue(path, "Plural-Forms", f"does not agree with ours, which are {rule}", 1)


def check_override(path: Path, key: str, text: _Text, ours: Mapping[str, _Text]) -> None:
    """Raise BadCatalogue when an admin's text can't stand in for ours of that name."""
    if key not in ours:
        near = get_close_matches(key, ours, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise BadCatalogue(path, key, f"no text has this name{hint}")
    if text.plural != ours[key].plural:
        wanted = "msgid_plural and msgstr[0] …" if ours[key].plural else "a single msgstr"
        raise BadCatalogue(path, key, f"needs {wanted}")
    if unknown := text.placeholders - ours[key].placeholders:
        raise BadCatalogue(path, key, f"unknown {_named(unknown)}{_allowed(ours[key])}")
    if missing := ours[key].placeholders - text.placeholders:
        raise BadCatalogue(path, key, f"lacks {_named(missing)}")


def _named(placeholders: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(placeholders))


def _allowed(text: _Text) -> str:
    return f"; allowed are {_named(text.placeholders)}" if text.placeholders else "; none is allowed"
