"""Secrets given beside config.toml: `KEY_file = "path"` in it, or a variable of the environment."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from bot.config.mistakes import Mistake, environment_name, is_secret, model_of, wrong
from bot.config.models import Settings
from bot.config.places import KeyPath


def fill_in(
    raw: dict[str, Any], folder: Path, environ: Mapping[str, str]
) -> tuple[list[Mistake], set[KeyPath]]:
    """Put every secret's value into the parsed TOML, the environment's before the file's.

    An empty variable counts as not set. Gives the mistakes, and the paths of what came from the environment.
    """
    mistakes: list[Mistake] = []
    from_environment: set[KeyPath] = set()
    for path in secret_paths(Settings):
        if len(path) == 2 and environ.get(environment_name(path)):
            raw.setdefault(str(path[0]), {})
        for place, table in _tables(raw, path[:-1]):
            key = (*place, path[-1])
            mistakes += _from_file(table, key, folder)
            if given := environ.get(environment_name(key)):
                table[str(path[-1])] = given
                from_environment.add(key)
    return mistakes, from_environment


def secret_paths(model: type[BaseModel], inside: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every secret that the models know."""
    for name, field in model.model_fields.items():
        inner = model_of(field.annotation)
        if is_secret(field):
            yield (*inside, name)
        elif inner is not None:
            yield from secret_paths(inner, (*inside, name))


def secrets_of(settings: BaseModel) -> Iterator[str]:
    """The value of every secret in the settings, for the logs to hide."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, BaseModel):
                yield from secrets_of(inner)


def _tables(value: Any, steps: KeyPath, inside: KeyPath = ()) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """The tables at a path, each with its own: none where there is something else that validation refuses."""
    if isinstance(value, tuple):  # [[mail.mailboxes]]: each of them
        for place, item in enumerate(value):
            yield from _tables(item, steps, (*inside, place))
    elif isinstance(value, dict) and not steps:
        yield inside, value
    elif isinstance(value, dict):
        yield from _tables(value.get(str(steps[0])), steps[1:], (*inside, steps[0]))


def _from_file(table: dict[str, Any], path: KeyPath, folder: Path) -> list[Mistake]:
    key = str(path[-1])
    name = table.pop(f"{key}_file", None)
    if name is None:
        return []
    place = (*path[:-1], f"{key}_file")
    if key in table:
        return [Mistake(place, f"found beside {key}; allowed: one of the two")]
    try:
        value = _content(folder, name)
    except OSError as exc:
        return [Mistake(place, wrong(name, "the path of a file that can be read", exc.strerror or str(exc)))]
    except ValueError as exc:
        return [Mistake(place, wrong(name, "the path of a file with one line of text", str(exc)))]
    table[key] = value
    return []


def _content(folder: Path, name: object) -> str:
    if not isinstance(name, str) or "\0" in name:
        raise ValueError("a path is a string")
    try:
        # Only the line's end goes: a secret may begin or end with a blank.
        value = (folder / name).read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError as exc:
        raise ValueError("it is not text in UTF-8") from exc
    if not value or "\n" in value:
        raise ValueError("it is empty" if not value else "it has several lines")
    return value
