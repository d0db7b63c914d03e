"""Desks and relays for tests; what the services logged is shown when a test fails."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.desk import Desk
from tests.service.relay import Relay

MakeDesk = Callable[..., Desk]
_DESKS = pytest.StashKey[list[Desk]]()


@pytest.fixture
def make_desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakeDesk]:
    """Makes desks, each in a folder of its own; the arguments are those of Desk after the folder."""
    made: list[Desk] = request.node.stash.setdefault(_DESKS, [])

    def make(**settings: Any) -> Desk:
        made.append(Desk(tmp_path / f"desk-{len(made)}", **settings))
        return made[-1]

    yield make
    for desk in made:
        desk.erase()


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A toy relay."""
    running = Relay()
    yield running
    running.down()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for desk in item.stash.get(_DESKS, []):
            report.sections.append((f"log of {desk.folder.name}, its end", desk.log_tail()))
    return report
