"""The file store: whole or absent, durable before it says so, and blind to names."""

import errno
import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.files import DamagedFile, FileStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data" / "files"


@pytest.fixture
def store(root: Path) -> FileStore:
    return FileStore(root)


def files_below(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_what_is_kept_is_read_back_by_its_digest(store: FileStore) -> None:
    digest = store.keep(b"a screenshot")
    assert digest == hashlib.sha256(b"a screenshot").hexdigest()
    assert store.read(digest) == b"a screenshot"
    assert store.path(digest).read_bytes() == b"a screenshot"


def test_an_empty_file_can_be_kept(store: FileStore) -> None:
    assert store.read(store.keep(b"")) == b""


def test_keeping_the_same_twice_leaves_one_file(store: FileStore, root: Path) -> None:
    assert store.keep(b"x") == store.keep(b"x")
    assert len(files_below(root)) == 1


def test_a_file_that_was_cut_short_is_written_again(store: FileStore) -> None:
    digest = store.keep(b"a screenshot")
    store.path(digest).write_bytes(b"a scr")
    store.keep(b"a screenshot")
    assert store.read(digest) == b"a screenshot"


def test_damage_is_found_on_reading(store: FileStore) -> None:
    digest = store.keep(b"a screenshot")
    store.path(digest).write_bytes(b"another one!")
    with pytest.raises(DamagedFile):
        store.read(digest)


def test_what_was_never_kept_is_not_found(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("0" * 64)


@given(
    st.one_of(
        st.text(max_size=70),
        st.sampled_from(["../" * 10 + "etc/passwd", "A" * 64, "0" * 64 + "\n", "0" * 63]),
    )
)
@settings(deadline=None)
def test_only_a_digest_ever_reaches_the_file_system(name: str) -> None:
    store = FileStore(Path("/nowhere"))
    if len(name) != 64 or set(name) - set("0123456789abcdef"):
        for use in (store.path, store.read, lambda one: store.delete_idle(one, 0)):
            with pytest.raises(ValueError, match="not a digest"):
                use(name)


def test_only_the_owner_may_look(store: FileStore) -> None:
    path = store.path(store.keep(b"x"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_deleted_is_gone_and_deleting_it_again_does_no_harm(store: FileStore) -> None:
    digest = store.keep(b"x")
    assert store.delete_idle(digest, 0)
    assert store.delete_idle(digest, 0)
    with pytest.raises(FileNotFoundError):
        store.read(digest)


def test_a_full_disk_leaves_nothing_behind(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(b"before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            store.keep(b"too much")
    assert files_below(root) == [store.path(hashlib.sha256(b"before").hexdigest())]
    assert store.read(store.keep(b"too much")) == b"too much"


def test_a_small_disk_runs_full_and_recovers(tmp_path: Path) -> None:
    """EFBIG stands in for ENOSPC: both come from write(), halfway."""
    resource = pytest.importorskip("resource")
    store = FileStore(tmp_path / "files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            store.keep(b"x" * 5_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files_below(tmp_path) == []
    assert store.read(store.keep(b"x" * 5_000)) == b"x" * 5_000


class Calls:
    """Records what is synced and renamed, in order, while it really happens."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, str]] = []
        self._record(patched, "fsync", lambda descriptor: os.readlink(f"/proc/self/fd/{descriptor}"))
        self._record(patched, "rename", lambda source, target: str(target))

    def _record(self, patched: pytest.MonkeyPatch, name: str, named: Callable[..., str]) -> None:
        original = getattr(os, name)

        def recorded(*arguments: Any, **options: Any) -> Any:
            self.made.append((name, named(*arguments)))
            return original(*arguments, **options)

        patched.setattr(os, name, recorded)


def test_it_says_yes_only_after_file_and_folders_are_on_the_disk(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(monkeypatch)
    digest = store.keep(b"x")
    target = store.path(digest)
    synced = [path for name, path in calls.made if name == "fsync"]
    assert {str(root.parent.parent), str(root.parent), str(root)} <= set(synced)
    renamed = calls.made.index(("rename", str(target)))
    assert calls.made[renamed - 1][0] == "fsync"
    assert calls.made[renamed - 1][1].startswith(str(root / "tmp"))
    assert calls.made[renamed + 1] == ("fsync", str(target.parent))


def test_it_syncs_the_folder_also_when_somebody_else_has_just_put_the_file_there(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = FileStore(root).keep(b"x")
    calls = Calls(monkeypatch)
    other = FileStore(root)
    other.keep(b"x")
    assert calls.made[-1] == ("fsync", str(other.path(digest).parent))


def test_many_threads_keep_the_same_and_different_files_at_once(root: Path) -> None:
    store = FileStore(root)
    contents = [bytes([number % 7]) * 10_000 for number in range(40)]
    threads = [threading.Thread(target=store.keep, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files_below(root)) == 7
    for content in set(contents):
        assert store.read(hashlib.sha256(content).hexdigest()) == content


def test_leftovers_of_interrupted_writers_are_swept_when_they_are_old(store: FileStore, root: Path) -> None:
    digest = store.keep(b"x")
    old, young = root / "tmp" / "old", root / "tmp" / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    hour_ago = time.time() - 3_600
    os.utime(old, (hour_ago, hour_ago))
    assert store.sweep_temporary(older_than_seconds=1_800) == 1
    assert files_below(root) == sorted([young, store.path(digest)])


def test_sweeping_a_store_that_was_never_used_finds_nothing(store: FileStore) -> None:
    assert store.sweep_temporary(0) == 0
