"""Counters and gauges for whoever watches the machine, in Prometheus' text format at /metrics."""

from collections.abc import Iterator

from litestar import MediaType, Request, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from milepost.ports.app import App
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


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
async def metrics(request: Request[None, None, State]) -> bytes:
    """Counters since the start, and gauges read now."""
    app: App = request.app.state.milepost
    counters: Counters = request.app.state.counters
    for state, amount in (await app.work.counts(app.clock.now())).items():
        counters.work.labels(state=state).set(amount)
    for kind, amount in (await app.store.counts(None)).items():
        counters.facts.labels(kind=kind).set(amount)
    counters.live.state = app.live.state()
    return generate_latest(counters.registry)
