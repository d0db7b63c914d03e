"""A demo that is told to stop leaves no service behind, and no folder that nobody has asked for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.desk import ROOT, until

TOUR = "import sys; from pathlib import Path; from bot.demo import tour; sys.exit(tour({folder}, once=False))"


@pytest.mark.parametrize("moment", ["A desk is set up", "Olga has a support contract"])
@pytest.mark.parametrize("is_kept", [True, False], ids=["in a folder of mine", "in a temporary folder"])
def test_a_demo_that_is_terminated_stops_its_service_and_keeps_what_it_was_told_to(
    tmp_path: Path, is_kept: bool, moment: str
) -> None:
    mine = tmp_path / "mine"
    command = TOUR.format(folder=f"Path({str(mine)!r})" if is_kept else None)
    with subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None and any(moment in line for line in demo.stdout)
        (log,) = until("the service has begun its log", lambda: list(tmp_path.glob("*/otklik.log")))
        started = until("the service is a process of its own", lambda: _children(demo.pid))
        demo.send_signal(signal.SIGTERM)
        told, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, told
    until("all that it has started has ended", lambda: not any(map(_runs, started)), 5)
    assert log.exists() is is_kept
    assert list(tmp_path.iterdir()) == ([mine] if is_kept else [])


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _runs(pid: str) -> bool:
    """Not when it is gone, nor when it has ended and nobody has asked for its status (proc(5), "Z")."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
