"""Figures for Prometheus, asked for when they are scraped. Numbers alone: no client's word, no secret."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Reading = float | Mapping[str, float] | None
"""A figure, a figure for each value of the metric's label, or None while there is nothing to tell."""

Read = Callable[[], Reading]

log = structlog.get_logger("bot.web")


@dataclass(frozen=True, slots=True)
class _Figure:
    family: type[CounterMetricFamily] | type[GaugeMetricFamily]
    name: str
    help: str
    read: Read
    label: str | None


class Metrics(Collector):
    """The registry, and the figures in it; a figure that can't be read is left out and the rest are told."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._figures: dict[str, _Figure] = {}
        self.registry.register(self)

    def gauge(self, name: str, help: str, read: Read, *, label: str | None = None) -> None:
        """Tell a figure that goes up and down; with `label`, `read` gives one for each value of the label.

        `read` runs in the loop's thread at every scrape and must not wait. ValueError for a name in use.
        """
        self._add(_Figure(GaugeMetricFamily, name, help, read, label))

    def counter(self, name: str, help: str, read: Read, *, label: str | None = None) -> None:
        """Tell a figure that only grows while the process lives; Prometheus shows it as `name`_total."""
        self._add(_Figure(CounterMetricFamily, name, help, read, label))

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not read figures whose sources are not started yet."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Read every figure, now."""
        for figure in self._figures.values():
            try:
                metric = _metric(figure)
            except Exception:
                log.exception("figure not read", figure=figure.name)
                continue
            if metric is not None:
                yield metric

    def _add(self, figure: _Figure) -> None:
        if figure.name in self._figures:
            raise ValueError(f"{figure.name} is told already")
        self._figures[figure.name] = figure


def _metric(figure: _Figure) -> Metric | None:
    reading = figure.read()
    if reading is None:
        return None
    labels = [] if figure.label is None else [figure.label]
    family = figure.family(figure.name, figure.help, labels=labels)
    if isinstance(reading, Mapping):
        for value, amount in sorted(reading.items()):
            family.add_metric([value], amount)
    else:
        family.add_metric([], reading)
    return family
