"""The worker processes: a mail that breaks one is told from the rest, and the rest is served."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from intake.incoming import StoreFailed
from intake.sandbox.pool import Sandbox, SandboxStopped, UnderstandingFailed, WorkerKilled
from storage.files import FileStore
from tests.intake.pictures import attached, mail_with, png

MISBEHAVE = "tests.intake.sandbox_calls:misbehave"
MAIL = b"From: Olga <olga@client.example>\r\nSubject: Error\r\n\r\nIt broke.\r\n"


@asynccontextmanager
async def running(files: Path, **options: Any) -> AsyncIterator[Sandbox]:
    """A started sandbox with one worker, unless the options say otherwise."""
    known: dict[str, Any] = {
        "workers": 1,
        "files_root": files,
        "own_addresses": frozenset({"support@desk.example"}),
    }
    sandbox = Sandbox(**known | options)
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that another process brings about; pytest's own patience is the limit."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_a_mail_is_understood_and_its_screenshot_is_in_the_store(tmp_path: Path) -> None:
    raw = mail_with(attached(png(64, 48))).replace("\n", "\r\n").encode()
    async with running(tmp_path) as sandbox:
        message = await sandbox.understand(raw, "olga@client.example")
    (shot,) = message.screenshots
    assert (message.from_addr, shot.width, shot.height) == ("olga@client.example", 64, 48)
    assert FileStore(tmp_path).read(shot.sha256) == png(64, 48)
    assert shot.thumbnail
    assert FileStore(tmp_path).read(shot.thumbnail).startswith(b"\xff\xd8")


async def test_a_mail_that_lies_in_the_store_is_named_by_its_digest(tmp_path: Path) -> None:
    digest = FileStore(tmp_path).keep(MAIL)
    async with running(tmp_path) as sandbox:
        assert (await sandbox.understand(digest, None)).subject == "Error"


async def test_the_envelope_and_the_own_addresses_reach_the_worker(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        assert (await sandbox.understand(MAIL, "")).refusal == "null-sender"
        own = MAIL.replace(b"olga@client.example", b"support@desk.example")
        assert (await sandbox.understand(own, "x@client.example")).refusal == "own-mail"


@pytest.mark.parametrize(
    ("deed", "reason"),
    [(b"loop", "time"), (b"hog", "memory"), (b"die", "exit status 3"), (b"segfault", "SIGSEGV")],
)
async def test_what_breaks_a_worker_is_told_and_the_next_mail_is_served(
    tmp_path: Path, deed: bytes, reason: str
) -> None:
    async with running(tmp_path, call=MISBEHAVE, seconds=1, memory_mb=300) as sandbox:
        with pytest.raises(WorkerKilled) as caught:
            await sandbox.understand(deed, None)
        assert caught.value.reason == reason
        assert (await sandbox.understand(b"next", None)).subject == "next"


async def test_a_worker_killed_from_outside_in_mid_job_loses_that_job_alone(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        (pid,) = sandbox.process_ids
        job = asyncio.create_task(sandbox.understand(b"loop", None))
        await until(lambda: _processor_seconds(pid) > 0.3)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerKilled, match="SIGKILL"):
            await job
        assert (await sandbox.understand(b"next", None)).subject == "next"
        assert sandbox.process_ids != (pid,)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


async def test_other_mail_is_served_while_one_worker_hangs_and_is_replaced(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE, workers=2, seconds=2) as sandbox:
        hanging = asyncio.create_task(sandbox.understand(b"loop", None))
        served = [(await sandbox.understand(b"%d" % number, None)).subject for number in range(20)]
        assert served == [str(number) for number in range(20)]
        assert not hanging.done()
        with pytest.raises(WorkerKilled):
            await hanging
        assert (await sandbox.understand(b"next", None)).subject == "next"


async def test_a_worker_that_died_while_idle_costs_no_mail(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        (pid,) = sandbox.process_ids
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not sandbox.process_ids)
        assert (await sandbox.understand(b"next", None)).subject == "next"


async def test_what_nobody_foresaw_comes_back_as_a_traceback(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        (pid,) = sandbox.process_ids
        with pytest.raises(UnderstandingFailed, match=r"in _fail(.|\n)*ZeroDivisionError: as nobody foresaw"):
            await sandbox.understand(b"fail", None)
        assert (await sandbox.understand(b"next", None)).subject == "next"
        assert sandbox.process_ids == (pid,)


async def test_a_disk_that_takes_nothing_is_not_the_mails_fault(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("where a folder should be")
    raw = mail_with(attached(png(64, 48))).encode()
    async with running(tmp_path / "files") as sandbox:
        with pytest.raises(StoreFailed):
            await sandbox.understand(raw, None)
        with pytest.raises(StoreFailed):
            await sandbox.understand("0" * 64, None)
        assert (await sandbox.understand(MAIL, None)).subject == "Error"


@pytest.mark.parametrize("deed", [b"chatter", b"surroundings"])
async def test_stray_output_does_not_disturb_the_answers(tmp_path: Path, deed: bytes) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        await sandbox.understand(deed, None)
        assert (await sandbox.understand(b"next", None)).subject == "next"


async def test_a_forged_answer_is_not_believed_and_its_worker_replaced(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        with pytest.raises(WorkerKilled):
            await sandbox.understand(b"forge", None)
        assert (await sandbox.understand(b"next", None)).subject == "next"


async def test_a_worker_knows_no_secret_and_may_do_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_SECRET", "hunter2")
    async with running(tmp_path, call=MISBEHAVE, memory_mb=400) as sandbox:
        seen = json.loads((await sandbox.understand(b"surroundings", None)).subject)
    assert not {name for name in seen["environment"] if name.startswith("OTKLIK")}
    assert (seen["AS"], seen["CORE"], seen["NPROC"]) == (400 * 1024 * 1024, 0, 0)
    assert seen["nice"] >= 5
    assert {one.partition(":")[0] for one in seen["descriptors"]} <= {"/dev/null", "pipe", "socket"}


async def test_many_quick_jobs_never_use_up_a_workers_processor_time(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        first = int((await sandbox.understand(b"burn 1.1", None)).subject)
        second = int((await sandbox.understand(b"burn 0", None)).subject)
    assert second > first


async def test_ctrl_c_in_the_terminal_does_not_reach_a_worker(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        (pid,) = sandbox.process_ids
        os.kill(pid, signal.SIGINT)
        assert (await sandbox.understand(b"next", None)).subject == "next"
        assert sandbox.process_ids == (pid,)


async def test_a_cancelled_caller_leaves_the_workers_in_order(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        job = asyncio.create_task(sandbox.understand(b"burn 0.3", None))
        waiting = asyncio.create_task(sandbox.understand(b"waiting", None))
        await asyncio.sleep(0)
        job.cancel()
        waiting.cancel()
        assert {type(one) for one in await asyncio.gather(job, waiting, return_exceptions=True)} == {
            asyncio.CancelledError
        }
        answers = await asyncio.gather(*(sandbox.understand(b"%d" % number, None) for number in range(5)))
        assert [one.subject for one in answers] == ["0", "1", "2", "3", "4"]


async def test_stopping_ends_the_processes_and_every_job(tmp_path: Path) -> None:
    async with running(tmp_path, call=MISBEHAVE) as sandbox:
        pids = sandbox.process_ids
        jobs = [asyncio.create_task(sandbox.understand(b"loop", None)) for _ in range(3)]
        await until(lambda: _processor_seconds(pids[0]) > 0.2)
        await sandbox.stop()
        ended = await asyncio.gather(*jobs, return_exceptions=True)
        assert {type(one) for one in ended} == {SandboxStopped}
        assert not any(map(is_alive, pids))
        with pytest.raises(SandboxStopped):
            await sandbox.understand(MAIL, None)


async def test_it_refuses_to_start_with_workers_that_cannot(tmp_path: Path) -> None:
    sandbox = Sandbox(workers=2, files_root=tmp_path, own_addresses=frozenset(), call="no.such:function")
    with pytest.raises(RuntimeError, match=r"could not start(.|\n)*No module named 'no'"):
        await sandbox.start()
    assert sandbox.process_ids == ()


SERVICE = """
import asyncio, pathlib, sys
from intake.sandbox.pool import Sandbox

async def main():
    files = pathlib.Path(sys.argv[1])
    sandbox = Sandbox(workers=2, files_root=files, own_addresses=frozenset(), call=sys.argv[2])
    await sandbox.start()
    print(*sandbox.process_ids, flush=True)
    await sandbox.understand(b"burn 1", None)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_workers_end_when_the_service_is_killed(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE, tmp_path, MISBEHAVE], cwd=root, stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        pids = [int(pid) for pid in (await asyncio.to_thread(service.stdout.readline)).split()]
        assert len(pids) == 2
        assert all(map(is_alive, pids))
        service.kill()
    await until(lambda: not any(map(is_alive, pids)))
