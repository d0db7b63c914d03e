"""How a mistake in config.toml is told: file, line, key, what was found, what is allowed."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.config.fields import CONTRADICTION
from bot.config.places import KeyPath
from bot.log_lines import escaped
from bot.redaction import Redaction

_FOUND_LIMIT = 80


class ConfigError(Exception):
    """The configuration cannot be used. `mistakes` has a line for each reason; str() is all of them."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where, and in words."""

    path: KeyPath
    text: str


def dotted(path: KeyPath) -> str:
    """A key path as it is read: `mail.listener.port`, `service_levels[2].title`, counting from 1."""
    parts = [f"[{step + 1}]" if isinstance(step, int) else f".{_key(step)}" for step in path]
    return "".join(parts).removeprefix(".")


def found(value: object) -> str:
    """A value as TOML would write it, shortened, with its type; nothing of it can break the line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time | datetime):
        return f"{value.isoformat()} ({type(value).__name__})"
    if isinstance(value, Mapping):
        return f"a table of {', '.join(_key(str(key)) for key in value)}" if value else "an empty table"
    shown = json.dumps(value, ensure_ascii=False, default=str)
    shown = Redaction().text(escaped(shown))
    if len(shown) > _FOUND_LIMIT:
        shown = shown[:_FOUND_LIMIT] + "…"
    return f"{shown} ({_type_name(value)})"


def described(error: ValidationError, model: type[BaseModel], inside: KeyPath) -> list[Mistake]:
    """Translate what pydantic found at the path `inside`, which counts from the outermost `model`."""
    findings = error.errors(include_url=False)
    # A list whose items are all wrong is reported as too short as well.
    around = {finding["loc"][:length] for finding in findings for length in range(len(finding["loc"]))}
    return [_described(finding, model, inside) for finding in findings if finding["loc"] not in around]


def wrong(value: object, allowed: str, reason: str = "") -> str:
    """The text of a mistake: what was found, what is allowed and, if that doesn't say it, why not this."""
    return f"found {found(value)}; allowed: {allowed}{_bracketed(reason)}"


def hidden(allowed: str, reason: str = "") -> str:
    """The same for a secret: it is never shown."""
    return f"found a value that is not shown; allowed: {allowed}{_bracketed(reason)}"


def unknown_key(key: str, known: list[str]) -> str:
    """The text for a key that no table knows, with the nearest that it does."""
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
    return f"unknown key; {hint}"


def missing(path: KeyPath, field: FieldInfo) -> Mistake:
    """A key that must be there and is not."""
    return Mistake(path, f"found nothing; needed: {field.description}{_ways(path, field)}")


def _described(finding: Any, model: type[BaseModel], inside: KeyPath) -> Mistake:
    path = inside + tuple(step for step in finding["loc"] if step != "[key]")
    table, field = _field(model, path)
    if finding["type"] == "extra_forbidden":
        return Mistake(path, unknown_key(str(path[-1]), known_keys(table)))
    if finding["type"] == CONTRADICTION:
        return Mistake((*path, finding["ctx"]["key"]), finding["msg"])
    assert field is not None  # every finding but an unknown key is about a field
    if finding["type"] == "missing":
        return missing(path, field)
    reason = str(finding["ctx"]["error"]) if finding["type"] == "value_error" else ""
    if is_secret(field):
        return Mistake(path, hidden(field.description or "", reason))
    return Mistake(path, wrong(finding["input"], field.description or "", reason))


def _field(model: type[BaseModel], path: KeyPath) -> tuple[type[BaseModel], FieldInfo | None]:
    """The innermost field on a path, and the innermost table that the path leads through."""
    field: FieldInfo | None = None
    steps = iter(path)
    for step in steps:
        if step not in model.model_fields:
            break
        field = model.model_fields[str(step)]
        inner = model_of(field.annotation)
        if inner is None:
            break
        model = inner
        if get_origin(field.annotation) in (dict, tuple):
            next(steps, None)  # which one of them: [calendars.NAME], the n-th [[agents]]
    return model, field


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as `tuple[Model, ...]` or `Model | None`, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := model_of(part))), None)


def is_secret(field: FieldInfo) -> bool:
    """Whether a field's value must never be shown."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def environment_name(path: KeyPath) -> str:
    """The variable that may give a secret in the file's stead: ("web", "secret") is OTKLIK_WEB_SECRET.

    Of several tables each has its number, from 1: OTKLIK_MAIL_MAILBOXES_1_PASSWORD.
    """
    steps = (str(step + 1) if isinstance(step, int) else step.upper() for step in path)
    return "_".join(["OTKLIK", *steps])


def known_keys(model: type[BaseModel]) -> list[str]:
    """The keys a table may have, those that name a secret's file included."""
    secret = [f"{name}_file" for name, field in model.model_fields.items() if is_secret(field)]
    return [*model.model_fields, *secret]


def _ways(path: KeyPath, field: FieldInfo) -> str:
    if not is_secret(field):
        return ""
    return f', by {path[-1]}_file = "PATH" or by the environment variable {environment_name(path)}'


def _bracketed(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=not key.isprintable())


def _type_name(value: object) -> str:
    names: dict[type, str] = {
        int: "a whole number",
        float: "a number with a fraction",
        str: "a string",
        list: "a list",
        tuple: "a list",
    }
    return names.get(type(value), type(value).__name__)
