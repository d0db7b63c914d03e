"""Wrong usage, told in one line: what is wrong, what is allowed, and where to read on."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bot.log_lines import escaped


class CommandLine(TyperGroup):
    """The top of the command line. Typer itself tells a mistake in a box of many lines."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that `args` names, and exit with its status; 2 for wrong usage."""
        words = sys.argv[1:] if args is None else list(args)
        try:
            status = super().main(words, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            typer.echo("stopped", err=True)
            sys.exit(1)
        except TyperException as mistake:
            # With no command at all the help is printed by then, and nothing is left to be said.
            if type(mistake).__name__ != "NoArgsIsHelpError":
                typer.echo(escaped(in_one_line(mistake, self, words)), err=True)
            sys.exit(mistake.exit_code)
        sys.exit(status if isinstance(status, int) else 0)


def in_one_line(mistake: TyperException, root: TyperGroup, words: Sequence[str]) -> str:
    """A mistake, what is allowed instead, and which command's help explains it."""
    named, command = _command_of(root, words)
    told = _told(mistake, command)
    return f"{told}; see {' '.join((root.name or 'otklik', *named))} --help"


def _command_of(root: TyperGroup, words: Sequence[str]) -> tuple[list[str], Any]:
    """The command that the words lead to, with its path; not every mistake knows where it was made."""
    named: list[str] = []
    command: Any = root
    for word in words:
        if word not in getattr(command, "commands", {}):
            break
        named.append(word)
        command = command.commands[word]
    return named, command


def _told(mistake: TyperException, command: Any) -> str:
    param = getattr(mistake, "param", None)
    option = getattr(mistake, "option_name", None)
    # By name: typer keeps the classes of its mistakes to itself.
    match type(mistake).__name__:
        case "NoSuchOption":
            return f"there is no option {option}; allowed: {_listed(_options(command))}"
        case "MissingParameter" if param is not None:
            return f"{_named(param)} is missing; {_wanted(param)}"
        case "BadParameter" if param is not None:
            return f"{_named(param)}: {_found(mistake)}; {_wanted(param)}"
        case "BadOptionUsage":
            used = next((one for one in command.params if option in one.opts), None)
            allowed = option if used is None else _usage(used)
            return f"{_sentence(mistake.message)}; allowed: {allowed}"
        case "BadParameter":  # a command's own words, which say what is allowed
            return mistake.message
    told = _sentence(mistake.format_message())
    if commands := getattr(command, "commands", None):
        return f"{told}; allowed: {_listed(commands)}"
    arguments = [_named(one) for one in command.params if one.param_type_name == "argument"]
    return f"{told}; allowed: {' '.join(arguments) or 'options alone'}"


def _named(param: Any) -> str:
    """How people write a parameter: --state, or NUMBER."""
    return str(param.opts[0] if param.param_type_name == "option" else param.display_name_raw)


def _usage(param: Any) -> str:
    return _named(param) if param.is_flag else f"{_named(param)} {param.metavar or _kind(param)}"


def _wanted(param: Any) -> str:
    kind = _kind(param)
    return f"allowed: {kind}" if kind else f"needed: {param.help or 'a value'}".rstrip(".")


def _kind(param: Any) -> str:
    """What a parameter takes, when its type alone tells; otherwise nothing."""
    described = param.type_descriptor
    if described.is_choice and described.choices is not None:
        return _listed(str(getattr(choice, "value", choice)) for choice in described.choices)
    if described.annotation is not int:
        return ""
    if param.min is None or param.max is None:
        return "a whole number"
    return f"a whole number from {param.min} to {param.max}"


def _found(mistake: TyperException) -> str:
    """The value that was given, as far as it is known."""
    cause: Any = mistake.__cause__
    errors = cause.errors() if hasattr(cause, "errors") else []
    return repr(errors[0]["input"]) if errors else _sentence(mistake.message)


def _options(command: Any) -> Iterable[str]:
    own = (one.opts[0] for one in command.params if one.param_type_name == "option" and not one.hidden)
    return (*own, "--help")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _sentence(text: str) -> str:
    """A message of typer's as part of a sentence: no capital, no full stop, one line."""
    line = " ".join(text.split()).rstrip(".").replace(". Did you mean", ", did you mean")
    return line[:1].lower() + line[1:]
