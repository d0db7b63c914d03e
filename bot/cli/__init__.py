"""The command line: one file for each group of commands."""

import typer

from bot.cli import (
    agents,
    companies,
    deadlines,
    directory,
    entitling,
    explain,
    faq,
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
    setup, running, explain, importing, tickets, entitling, queues, directory, companies, agents, privacy,
    promises, deadlines, reports, faq, texts,
)  # fmt: skip
for group in GROUPS:
    group.register(app)
