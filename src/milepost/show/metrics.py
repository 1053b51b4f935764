"""What the counters say, for whoever watches the machine, in Prometheus' text format at /metrics."""

from litestar import MediaType, Request, get
from litestar.datastructures import State
from prometheus_client import generate_latest

from milepost.desk.carrier_states import carrier_states
from milepost.ports.app import App
from milepost.show.counters import Counters


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
    states = await carrier_states(app, counted=False)
    counters.carriers.states = [one for one in states if one.state != "no_keys"]
    counters.carriers.now = app.clock.now()
    return generate_latest(counters.registry)
