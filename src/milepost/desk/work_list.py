"""A person looks at the work list, holds, releases, tries again or drops."""

from collections.abc import Awaitable, Callable

from milepost.desk import restores
from milepost.model.actions import Hold, Which, WorkAnswer, WorkWish
from milepost.ports.app import App
from milepost.ports.store import Transaction

BY_HAND = "held by hand"


async def answer(wish: WorkWish, app: App) -> WorkAnswer:
    """Do what is wished, in one transaction. A wish that makes no sense is answered with `refused`."""
    if wish.verb == "count":
        return WorkAnswer(counts=await app.work.counts(app.clock.now()), holds=await app.work.holds())
    if wish.verb == "list":
        return WorkAnswer(listed=await app.work.listed(wish.which, limit=wish.limit))
    if wish.verb == restores.DROP:
        return await restores.drop(app)
    change = _CHANGES.get(wish.verb)
    if change is None:
        return WorkAnswer(refused=f"{wish.verb!r} is nothing that can be done with the work list")
    async with app.store.transaction() as tx:
        answered = await change(wish, tx, app)
    app.live.publish(["work"])
    return answered


async def _retry(wish: WorkWish, tx: Transaction, app: App) -> WorkAnswer:
    return WorkAnswer(changed=await app.work.retry(tx, wish.which, app.clock.now()))


async def _drop(wish: WorkWish, tx: Transaction, app: App) -> WorkAnswer:
    return WorkAnswer(changed=await app.work.drop(tx, wish.which, app.clock.now()))


async def _hold(wish: WorkWish, tx: Transaction, app: App) -> WorkAnswer:
    """Keys are held once; a kind, lane or shop is held from here on, with what is decided later."""
    which, reason = wish.which, wish.reason or BY_HAND
    held = await app.work.hold(
        tx, reason=reason, keys=which.keys, kinds=which.kinds, lanes=which.lanes, shop_ids=which.shop_ids
    )
    stops = _stops(which)
    for scope, value in stops:
        stop = Hold(scope=scope, value=value, reason=reason, since=app.clock.now())
        await app.work.put_hold(tx, stop)
    return WorkAnswer(changed=held, stops=len(stops))


async def _release(wish: WorkWish, tx: Transaction, app: App) -> WorkAnswer:
    """What is released falls due as planned; the stops of these kinds, lanes and shops end."""
    which = wish.which
    released = await app.work.release(
        tx,
        keys=which.keys,
        kinds=which.kinds,
        lanes=which.lanes,
        shop_ids=which.shop_ids,
        reason=wish.reason or None,
    )
    return WorkAnswer(changed=released, stops=0 if wish.reason else await _end_stops(which, tx, app))


async def _end_stops(which: Which, tx: Transaction, app: App) -> int:
    """How many ended: those named, or all of them where nothing is named."""
    if which == Which():
        return await app.work.end_holds(tx)
    return sum([await app.work.end_hold(tx, scope, value) for scope, value in _stops(which)])


def _stops(which: Which) -> list[tuple[str, str]]:
    return [
        *(("kind", kind.value) for kind in which.kinds or ()),
        *(("lane", lane) for lane in which.lanes or ()),
        *(("shop", shop_id) for shop_id in which.shop_ids or ()),
    ]


_CHANGES: dict[str, Callable[[WorkWish, Transaction, App], Awaitable[WorkAnswer]]] = {
    "retry": _retry,
    "drop": _drop,
    "hold": _hold,
    "release": _release,
    restores.RELEASE: restores.release,
}
