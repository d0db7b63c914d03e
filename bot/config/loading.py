"""Reads config.toml into frozen settings, or says everything that is wrong with it at once."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from bot.config.checks import cross_check
from bot.config.mistakes import (
    ConfigError,
    Mistake,
    described,
    dotted,
    environment_name,
    known_keys,
    missing,
    unknown_key,
)
from bot.config.models import Settings
from bot.config.places import KeyPath, line_numbers, nearest_line
from bot.config.secrets import fill_in


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration file at `path`; secrets may come from `environ` (OTKLIK_<SECTION>_<KEY>).

    Relative paths in it are made absolute against its folder. Raises ConfigError with a line for each
    mistake: file and line, key, what was found, what is allowed.
    """
    text = _text(path)
    raw = _parsed(text, path)
    folder = path.absolute().parent
    unreadable, from_environment = fill_in(raw, folder, environ)
    parts, invalid = _validated(raw, folder)
    mistakes = unreadable + _without_echo(invalid, unreadable) + cross_check(parts)
    if mistakes:
        raise ConfigError(_worded(mistakes, path, line_numbers(text), from_environment))
    return Settings.model_validate(parts)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")  # Windows editors put a mark in front
    except FileNotFoundError as exc:
        raise ConfigError([f"{path}: not found; `otklik init DIR` writes a configuration into DIR"]) from exc
    except OSError as exc:
        raise ConfigError([f"{path}: cannot be read: {exc.strerror or exc}"]) from exc
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8; save the file in that encoding"]) from exc


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return {key: _frozen(value) for key, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as exc:
        reason, _, place = str(exc).rpartition(" (at ")
        position = re.fullmatch(r"line (\d+), column (\d+)\)", place)
        line, column = position.groups() if position else (text.rstrip().count("\n") + 1, "its end")
        raise ConfigError([f"{path}:{line}: column {column}: not TOML: {reason}"]) from exc


def _frozen(value: Any) -> Any:
    """Lists as tuples, which is what the frozen settings hold."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def _validated(raw: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[Mistake]]:
    """Each section by itself, so that a mistake in one does not hide those in another."""
    fields = Settings.model_fields
    mistakes = [Mistake((key,), unknown_key(key, known_keys(Settings))) for key in raw if key not in fields]
    parts: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in raw and field.is_required():
            mistakes.append(missing((name,), field))
            continue
        value = raw.get(name, field.get_default(call_default_factory=True, validated_data={}))
        section: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])
        try:
            parts[name] = section.validate_python(value, context={"folder": folder})
        except ValidationError as error:
            mistakes += described(error, Settings, (name,))
    return parts, mistakes


def _without_echo(mistakes: list[Mistake], unreadable: list[Mistake]) -> list[Mistake]:
    """Leave out "found nothing" for a secret whose file could not be read: that has been said."""
    said = {(*place[:-1], str(place[-1]).removesuffix("_file")) for place in (m.path for m in unreadable)}
    return [mistake for mistake in mistakes if mistake.path not in said]


def _worded(
    mistakes: list[Mistake], path: Path, places: dict[KeyPath, int], from_environment: set[KeyPath]
) -> list[str]:
    lines: list[tuple[int, str]] = []
    for mistake in mistakes:
        if mistake.path in from_environment:
            lines.append((0, f"{environment_name(mistake.path)}: {mistake.text}"))
            continue
        in_file = (*mistake.path[:-1], f"{mistake.path[-1]}_file")
        line = places.get(in_file) or nearest_line(places, mistake.path)
        prefix = f"{path}:{line}" if line else f"{path}"
        lines.append((line or 0, f"{prefix}: {dotted(mistake.path)}: {mistake.text}"))
    return [text for _, text in sorted(lines, key=lambda line: line[0])]
