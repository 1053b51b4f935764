"""Counters and gauges for whoever watches the machine, in Prometheus' text format at /metrics."""

from litestar import MediaType, Request, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from milepost.ports.app import App

COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "events_new": ("Tracking events recorded for the first time.", ()),
    "events_stray": ("Tracking events of numbers nobody waits for.", ()),
    "reports": ("Answers and pushes taken in.", ("source",)),
    "refusals": ("Things we could not use, by named reason.", ("source", "reason")),
    "pushes": ("Verified pushes.", ("source",)),
    "notices": ("Tries to send a notice.", ("channel", "outcome")),
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

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter of COUNTERS. Raises KeyError for another name."""
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(amount)


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
async def metrics(request: Request[None, None, State]) -> bytes:
    """Counters since the start, and gauges read now."""
    app: App = request.app.state.milepost
    counters: Counters = request.app.state.counters
    for state, amount in (await app.work.counts(app.clock.now())).items():
        counters.work.labels(state=state).set(amount)
    for kind, amount in (await app.store.counts(None)).items():
        counters.facts.labels(kind=kind).set(amount)
    return generate_latest(counters.registry)
