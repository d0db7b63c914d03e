"""What the pages tell machines: whether all is well, and the figures."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.web import health
from bot.web.app import Site, make_app
from bot.web.metrics import Metrics, Reading
from tests.bot.web_desk import WebDesk, parts_of, serving, web_desk  # noqa: F401 - the fixture "desk"


async def test_health_is_200_when_every_part_is_well(desk: WebDesk) -> None:
    desk.health = {"database": {"status": "ok"}, "relay": {"status": "ok", "owed": 3}}
    status, text = await desk.get(f"{desk.url}/health")
    assert status == 200
    assert json.loads(text) == {"status": "ok", "parts": desk.health}


async def test_health_is_503_and_says_which_part_fails(desk: WebDesk) -> None:
    desk.health = {"database": {"status": "ok"}, "relay": {"status": "failing", "reason": "нет связи"}}
    status, text = await desk.get(f"{desk.url}/health")
    assert status == 503
    assert json.loads(text) == {"status": "failing", "parts": desk.health}


async def test_health_fails_when_the_check_itself_does_and_keeps_the_reason_to_the_log(
    tmp_path: Path,
) -> None:
    async def broken() -> dict[str, Any]:
        raise OSError("password=hunter2")

    async with serving(tmp_path, health=broken) as desk:
        with capture_logs() as logs:
            status, text = await desk.get(f"{desk.url}/health")
    assert status == 503
    assert json.loads(text)["status"] == "failing"
    assert "hunter2" not in text
    assert [entry["event"] for entry in logs] == ["health check failed"]


async def test_health_does_not_wait_for_a_part_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.05)

    async def hanging() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async with serving(tmp_path, health=hanging) as desk:
        status, text = await desk.get(f"{desk.url}/health")
    assert status == 503
    assert json.loads(text)["parts"]["health"]["reason"] == "no answer within 0.05 s"


async def figures(desk: WebDesk) -> dict[tuple[str, str], float]:
    status, text = await desk.get(f"{desk.url}/metrics")
    assert status == 200
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_figures_are_read_at_every_scrape(desk: WebDesk) -> None:
    waiting = [3]
    desk.metrics.gauge("otklik_entries_waiting", "Entries not processed yet.", lambda: waiting[0])
    desk.metrics.counter(
        "otklik_taken_in", "Entries by outcome.", lambda: {"opened": 7, "joined": 2}, label="outcome"
    )
    desk.metrics.gauge("otklik_oldest_seconds", "Nothing waits: nothing is told.", lambda: None)
    assert await figures(desk) == {
        ("otklik_entries_waiting", ""): 3,
        ("otklik_taken_in_total", "opened"): 7,
        ("otklik_taken_in_total", "joined"): 2,
    }
    waiting[0] = 0
    assert (await figures(desk))[("otklik_entries_waiting", "")] == 0


async def test_a_figure_that_cannot_be_read_is_left_out_and_the_rest_are_told(desk: WebDesk) -> None:
    def broken() -> Reading:
        raise RuntimeError("gone")

    desk.metrics.gauge("otklik_broken", "Never there.", broken)
    desk.metrics.gauge("otklik_well", "There.", lambda: 1.5)
    with capture_logs() as logs:
        assert await figures(desk) == {("otklik_well", ""): 1.5}
    assert [(entry["event"], entry["figure"]) for entry in logs] == [("figure not read", "otklik_broken")]


def test_a_figure_has_one_source() -> None:
    metrics = Metrics()
    metrics.gauge("otklik_well", "There.", lambda: 1)
    with pytest.raises(ValueError, match="otklik_well is told already"):
        metrics.counter("otklik_well", "There.", lambda: 1)


async def test_a_site_says_when_its_address_is_taken_and_can_be_stopped_twice(desk: WebDesk) -> None:
    port = int(desk.url.rpartition(":")[2])
    second = Site(make_app(parts_of(desk, "Desk")), "127.0.0.1", port)
    with pytest.raises(OSError, match="address already in use"):
        await second.start()
    await second.stop()
    with pytest.raises(RuntimeError, match="not being served"):
        _ = second.port
