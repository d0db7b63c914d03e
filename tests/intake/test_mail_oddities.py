"""Real mail is odd: each file in tests/mails is named by its oddity; tests/intake/odd_mails tells what is
made of it."""

from dataclasses import astuple
from pathlib import Path

import pytest

from intake.incoming import IncomingMessage
from tests.intake.odd_mails import ODD_MAILS
from tests.intake.understood import understood

MAILS = Path(__file__).parents[1] / "mails"


def seen(message: IncomingMessage, column: str) -> object:
    """A column, as it is written in the tables."""
    match column:
        case "attachments":
            return [(one.name, one.content_type) for one in message.attachments]
        case "sizes":
            return [one.size for one in message.attachments]
        case "declined":
            return [(one.name, one.reason) for one in message.declined]
        case "screenshots":
            return [one.name for one in message.screenshots]
        case "forwarded":
            return message.forwarded and astuple(message.forwarded)
        case _:
            return getattr(message, column)


@pytest.mark.parametrize("name", ODD_MAILS)
def test_an_odd_mail_is_understood(name: str) -> None:
    message = understood((MAILS / f"{name}.eml").read_bytes())
    expected = ODD_MAILS[name]
    assert {column: seen(message, column) for column in expected} == expected


def test_every_mail_in_the_folder_has_its_line_in_a_table() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == set(ODD_MAILS)


def test_there_are_many_of_them() -> None:
    assert len(ODD_MAILS) >= 120
