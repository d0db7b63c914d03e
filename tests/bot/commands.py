"""Runs commands of the command line in this process and keeps what they print."""

import json
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from bot.cli import app


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    output_bytes: bytes
    errors: str

    def json(self) -> Any:
        """Its only line of output, as JSON."""
        assert self.status == 0, self.errors
        return json.loads(self.output_bytes)


def run(*words: str) -> Ran:
    """Run `otklik` with these words."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout_bytes, result.stderr)
