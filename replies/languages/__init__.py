"""Every text the desk sends or shows, by name, in four languages; an admin may reword any of them."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

LANGUAGES = ("ru", "uk", "en", "fi")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_MSGID = re.compile(r'^msgid "(.+)"', re.MULTILINE)
_SHIPPED = Path(__file__).parent


class BadCatalogue(ValueError):
    """A catalogue that can't be used; the text names the file, the msgid and what is wrong with it."""


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
        self._catalogues = {name: _shipped(name) for name in LANGUAGES}
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
            raise BadCatalogue(f"{path}: no such language; known are {', '.join(LANGUAGES)}")
        ours = self._catalogues[language]
        catalogue = _parsed(path, language)
        _check_plural_rule(path, catalogue, ours)
        own = _texts(path, catalogue, ours.count)
        for key, text in own.items():
            _check_override(path, key, text, ours.texts)
        merged = {**ours.texts, **own}
        self._catalogues[language] = _Catalogue(merged, ours.count, ours.expression, ours.form_of)


def _filled(form: str, values: Mapping[str, object]) -> str:
    # One pass and no str.format: what a value contains is never looked at again (threat 44).
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), form)


def _shipped(language: str) -> _Catalogue:
    path = _SHIPPED / f"{language}.po"
    catalogue = _parsed(path, language)
    count, expression = catalogue.num_plurals, catalogue.plural_expr
    return _Catalogue(_texts(path, catalogue, count), count, expression, c2py(expression))


def _parsed(path: Path, language: str) -> Catalog:
    try:
        source = path.read_text(encoding="utf-8-sig")
        catalogue = read_po(source.splitlines(keepends=True), locale=language, abort_invalid=True)
        c2py(catalogue.plural_expr)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise BadCatalogue(f"{path}: not a catalogue that we can read: {error}") from error
    for msgid, times in Counter(_MSGID.findall(source)).items():
        if times > 1:
            raise BadCatalogue(f"{path}: {msgid}: given {times} times")
    return catalogue


def _texts(path: Path, catalogue: Catalog, count: int) -> dict[str, _Text]:
    texts: dict[str, _Text] = {}
    for message in catalogue:
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple | list) else message.id
        if message.fuzzy:
            raise BadCatalogue(f"{path}: {key}: marked as fuzzy; look it over and remove the mark")
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        text = _Text(tuple(form or "" for form in forms), message.pluralizable)
        _check_forms(path, key, text, count)
        texts[key] = text
    return texts


def _check_forms(path: Path, key: str, text: _Text, count: int) -> None:
    if text.plural and len(text.forms) != count:
        raise BadCatalogue(f"{path}: {key}: {len(text.forms)} plural forms, the language has {count}")
    for form in text.forms:
        if not form:
            raise BadCatalogue(f"{path}: {key}: empty text or plural form")
        if missing := text.placeholders - set(_PLACEHOLDER.findall(form)):
            raise BadCatalogue(f"{path}: {key}: a plural form lacks {_named(missing)}")


def _check_plural_rule(path: Path, catalogue: Catalog, ours: _Catalogue) -> None:
    theirs = c2py(catalogue.plural_expr)
    same = catalogue.num_plurals == ours.count
    if not same or any(theirs(n) != ours.form_of(n) for n in range(201)):
        raise BadCatalogue(
            f"{path}: Plural-Forms: does not agree with ours, which are"
            f" nplurals={ours.count}; plural={ours.expression};"
        )


def _check_override(path: Path, key: str, text: _Text, ours: Mapping[str, _Text]) -> None:
    if key not in ours:
        raise BadCatalogue(f"{path}: {key}: no text has this name")
    if text.plural != ours[key].plural:
        wanted = "msgid_plural and msgstr[0] …" if ours[key].plural else "a single msgstr"
        raise BadCatalogue(f"{path}: {key}: needs {wanted}")
    if unknown := text.placeholders - ours[key].placeholders:
        raise BadCatalogue(f"{path}: {key}: unknown {_named(unknown)}{_allowed(ours[key])}")
    if missing := ours[key].placeholders - text.placeholders:
        raise BadCatalogue(f"{path}: {key}: lacks {_named(missing)}")


def _named(placeholders: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(placeholders))


def _allowed(text: _Text) -> str:
    return f"; allowed are {_named(text.placeholders)}" if text.placeholders else "; none is allowed"
