"""Counters and gauges of this node, as Prometheus knows them; metrics.py shows them."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from milepost.desk.carrier_states import CarrierState
from milepost.ports.live import LiveState

COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "events_new": ("Tracking events recorded for the first time.", ()),
    "events_stray": ("Tracking events of numbers nobody waits for.", ()),
    "reports": ("Answers and pushes taken in.", ("source",)),
    "refusals": ("Things we could not use, by named reason.", ("source", "reason")),
    "polls_put_off": ("Due polls that had to wait for a carrier's quota.", ("source",)),
    "pushes": ("Verified pushes.", ("source",)),
    "notices": ("Tries to send a notice.", ("channel", "outcome")),
    "work_swept": ("Done work that was old enough to be forgotten.", ()),
    "webhooks": ("Tries to hand a message to a program.", ("outcome",)),
}


class Counters:
    """Prometheus counters behind the Tally port, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"milepost_{name}", about, labels, registry=self.registry)
            for name, (about, labels) in COUNTERS.items()
        }
        self.work = Gauge("milepost_work", "Actions in the work list.", ("state",), registry=self.registry)
        self.facts = Gauge("milepost_facts", "What is kept and open now.", ("kind",), registry=self.registry)
        self.live = LiveGauges()
        self.registry.register(self.live)
        self.carriers = CarrierGauges()
        self.registry.register(self.carriers)

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter of COUNTERS. Raises KeyError for another name."""
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(amount)


class LiveGauges(Collector):
    """How news gets about, as this node sees it (ports.live.LiveState)."""

    def __init__(self) -> None:
        self.state: LiveState | None = None

    def collect(self) -> Iterator[Metric]:
        """What stands now, then what was counted since the start."""
        state = self.state
        if state is None:
            return
        for name, about, amount in (
            (
                "reached",
                "1 while other nodes hear of this one's news at once (always so for a single node).",
                not state.trouble,
            ),
            ("listeners", "Open pages and workers that wait here.", state.listeners),
            ("nodes", "Nodes heard of late, this one included.", len(state.nodes)),
        ):
            yield GaugeMetricFamily(f"milepost_live_{name}", about, float(amount))
        for name, about, amount in (
            ("published", "Topics said to have changed.", state.published),
            ("heard", "Marks heard from other nodes.", state.heard),
            ("dropped", "Repeats that a slow reader was spared; never the last change.", state.merged),
            ("messages", "Messages given to the bus.", state.sent),
            ("away", "Times the bus was out of reach.", state.lost),
            ("unreadable", "Messages on the bus that are not ours.", state.unreadable),
        ):
            yield CounterMetricFamily(f"milepost_live_{name}", about, float(amount))


class CarrierGauges(Collector):
    """How the carriers do that we have keys for, over all nodes."""

    def __init__(self) -> None:
        self.states: list[CarrierState] = []
        self.now: datetime | None = None

    def collect(self) -> Iterator[Metric]:
        """One family for each thing known; what is not known is left out."""
        for name, about, value in CARRIER_GAUGES:
            family = GaugeMetricFamily(f"milepost_carrier_{name}", about, labels=["carrier"])
            for one in self.states:
                amount = value(one, self.now) if self.now else None
                if amount is not None:
                    family.add_metric([one.card.key], float(amount))
            yield family


def _since(at: datetime | None, now: datetime) -> float | None:
    return (now - at).total_seconds() if at else None


CARRIER_GAUGES: tuple[tuple[str, str, Callable[[CarrierState, datetime], float | None]], ...] = (
    ("works", "1 unless it counts as broken.", lambda one, _: float(not one.health.is_broken)),
    ("keys_refused", "1 while it refuses our keys.", lambda one, _: float(one.health.keys_refused)),
    ("answered_seconds_ago", "Since its last answer.", lambda one, now: _since(one.health.answered_at, now)),
    ("error_rate", "Of the last 48 hours, 0 to 1.", lambda one, _: one.health.error_rate),
    ("calls_left_today", "Until midnight UTC.", lambda one, _: one.calls_left_today),
    ("stretched", "How many times the longest intervals have grown.", lambda one, _: one.stretched),
    (
        "push_lag_seconds",
        "From scan to push, a bound of half of them.",
        lambda one, _: one.pushes.lag_p50_s if one.pushes else None,
    ),
    (
        "push_share",
        "Of its news, first heard by push, 0 to 1.",
        lambda one, _: one.pushes.share if one.pushes else None,
    ),
)
