"""The command line: one file for each group of commands."""

import typer

from bot.cli import (
    agents,
    directory,
    explain,
    importing,
    privacy,
    promises,
    queues,
    reports,
    running,
    setup,
    texts,
    tickets,
)
from bot.cli.usage import CommandLine

app = typer.Typer(
    name="otklik",
    cls=CommandLine,
    help="Takes requests by mail, confirms each with a promise, collects ratings.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
GROUPS = (
    setup, running, explain, importing, tickets, queues, directory, agents, privacy, promises, reports,
    texts,
)  # fmt: skip
for group in GROUPS:
    group.register(app)
