"""What the work list asks of its table. The table itself is made by the store (store/tables.py, `work`)."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    SmallInteger,
    Text,
    TextClause,
    Update,
    bindparam,
    case,
    column,
    delete,
    func,
    literal_column,
    null,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects import postgresql

WORK = table(
    "work",
    column("seq", BigInteger),
    column("key", Text),
    column("kind", Text),
    column("shop_id", Text),
    column("lane", Text),
    column("payload", Text),
    column("repeating", SmallInteger),
    column("state", Text),
    column("due_at", BigInteger),
    column("free_at", BigInteger),  # when it was planned; while in hand, what due_at was set to: moved since?
    column("worker", Text),
    column("token", Text),
    column("attempts", BigInteger),
    column("error", Text),
    column("ended_at", BigInteger),
)
HOLDS = table(
    "work_holds",
    column("scope", Text),
    column("value", Text),
    column("reason", Text),
    column("since", BigInteger),
)
WORKERS = table("workers", column("name", Text), column("beat", BigInteger), column("since", BigInteger))
# Written out, because an index over a part of the table only serves who names that very part.
IS_DUE = WORK.c.state == literal_column("'due'")
IS_HELD = WORK.c.state == literal_column("'held'")
IS_DEAD = WORK.c.state == literal_column("'dead'")
IS_IN_HAND = WORK.c.token != literal_column("''")
IS_FREE = WORK.c.token == literal_column("''")
ACTION = (
    WORK.c.key,
    WORK.c.kind,
    WORK.c.shop_id,
    WORK.c.lane,
    WORK.c.due_at,
    WORK.c.payload,
    WORK.c.repeating,
)

_add = postgresql.insert(WORK)
ADD_ONCE = _add.on_conflict_do_nothing(index_elements=["key"])


def _again(due_at: Any) -> Any:
    """Repeating work that is known: one row, whose due time moves; ended work wakes up."""
    stays = IS_IN_HAND | (WORK.c.due_at == due_at)
    return _add.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "due_at": due_at,
            "free_at": case((stays, WORK.c.free_at), else_=_add.excluded.free_at),
            "state": case((IS_HELD, "held"), else_="due"),  # only a person lets go of what is held
            "attempts": case((IS_DUE | IS_HELD, WORK.c.attempts), else_=0),
            "ended_at": null(),
            "lane": _add.excluded.lane,
            "payload": _add.excluded.payload,
        },
        where=WORK.c.repeating == 1,
    )


ADD_EARLIER = _again(
    case(
        ((IS_DUE | IS_HELD) & (WORK.c.due_at <= _add.excluded.due_at), WORK.c.due_at),
        else_=_add.excluded.due_at,
    )
)
ADD_REPLACING = _again(_add.excluded.due_at)

# Lanes that have work, found by hopping through the index from one to the next.
_first = (
    select(func.min(WORK.c.lane).label("lane"))
    .where(IS_DUE, WORK.c.lane > bindparam("beyond", type_=Text))
    .cte("lanes", recursive=True)
)
_later = WORK.alias("later")
_next = (
    select(func.min(_later.c.lane))
    .where(_later.c.state == literal_column("'due'"), _later.c.lane > _first.c.lane)
    .scalar_subquery()
)
_lanes = _first.union_all(select(_next).where(_first.c.lane.is_not(None)))
LANES = select(_lanes.c.lane).where(_lanes.c.lane.is_not(None)).limit(bindparam("lanes"))

IN_HAND_BY_LANE = select(WORK.c.lane, func.count()).where(IS_IN_HAND).group_by(WORK.c.lane)

# The oldest free work of each of these lanes, in one question: one way to ask for it per engine.
_OF_LANE = """FROM work AS d WHERE d.state = 'due' AND d.token = '' AND d.lane = l.value
    AND d.due_at <= :now {kinds} ORDER BY d.due_at, d.seq LIMIT :rows"""
_OLDEST = {
    "sqlite": """SELECT w.seq, w.attempts, w.key, w.kind, w.shop_id, w.lane, w.due_at, w.payload, w.repeating
    FROM json_each(:lanes) AS l JOIN work AS w ON w.seq IN (SELECT d.seq {of_lane})""",
    "postgres": """SELECT w.* FROM unnest(CAST(:lanes AS text[])) AS l(value) CROSS JOIN LATERAL (SELECT
    d.seq, d.attempts, d.key, d.kind, d.shop_id, d.lane, d.due_at, d.payload, d.repeating {of_lane}) AS w""",
}
_OF_KINDS = {
    "sqlite": "AND d.kind IN (SELECT k.value FROM json_each(:kinds) AS k)",
    "postgres": "AND d.kind = ANY(CAST(:kinds AS text[]))",
}


@cache
def oldest_free(engine: str, *, of_kinds: bool) -> TextClause:
    """Up to `rows` due actions of each of `lanes` that nobody has in hand."""
    of_lane = _OF_LANE.format(kinds=_OF_KINDS[engine] if of_kinds else "")
    return text(_OLDEST[engine].format(of_lane=of_lane))


@cache
def take(places: int) -> Update:
    """Take up to `places` pieces (parameters `seq0`…), as far as nobody was quicker; their seq comes back.

    On PostgreSQL a row that another worker is taking right now is passed over, not waited for.
    """
    free = (
        select(WORK.c.seq)
        .where(
            WORK.c.seq.in_([bindparam(f"seq{number}", type_=BigInteger) for number in range(places)]),
            IS_DUE,
            IS_FREE,
            WORK.c.due_at <= bindparam("now", type_=BigInteger),  # who was quicker may have finished it, too
        )
        .with_for_update(skip_locked=True)
    )
    until = bindparam("until", type_=BigInteger)
    return (
        update(WORK)
        .where(WORK.c.seq.in_(free))
        .values(due_at=until, free_at=until, worker=bindparam("holder"), token=bindparam("mark"))
        .returning(WORK.c.seq)
    )


_OURS = (WORK.c.token == bindparam("mark"), IS_DUE | IS_HELD)
_MINE = (WORK.c.key == bindparam("which"), *_OURS)
_MOVED = WORK.c.due_at != WORK.c.free_at  # somebody asked for it again while it was held
_AT = bindparam("at", type_=BigInteger)
_LET_GO = {"free_at": _AT, "token": "", "worker": ""}
_SAID = bindparam("said", type_=Text)

_WAKES = (WORK.c.repeating == 1) & _MOVED


@cache
def done(places: int) -> Update:
    """Up to `places` pieces (parameters `key0`…) of one lease ended well."""
    keys = [bindparam(f"key{number}", type_=Text) for number in range(places)]
    return (
        update(WORK)
        .where(WORK.c.key.in_(keys), *_OURS)
        .values(
            state=case((_WAKES, WORK.c.state), else_="done"),
            ended_at=case((_WAKES, null()), else_=_AT),
            attempts=0,
            error=case((IS_HELD & _WAKES, WORK.c.error), else_=""),
            **_LET_GO,
        )
    )


_AGAIN_AT = bindparam("again_at", type_=BigInteger)
AGAIN = (
    update(WORK)
    .where(*_MINE)
    .values(
        due_at=case((_MOVED & (WORK.c.due_at < _AGAIN_AT), WORK.c.due_at), else_=_AGAIN_AT),
        # A success starts the count anew; "busy, come later" is neither a success nor a failure.
        attempts=case((_SAID == "", 0), else_=WORK.c.attempts + bindparam("failed", type_=BigInteger)),
        error=case((IS_HELD, WORK.c.error), else_=_SAID),  # why it is held goes on standing there
        **_LET_GO,
    )
)
DEAD = (
    update(WORK)
    .where(*_MINE)
    .values(
        state="dead",
        ended_at=_AT,
        due_at=_AT,
        error=_SAID,
        attempts=WORK.c.attempts + bindparam("failed", type_=BigInteger),
        **_LET_GO,
    )
)

# A lost lease: due again as it was planned, or at once.
_GIVEN_BACK = {"due_at": case((WORK.c.due_at < _AT, WORK.c.due_at), else_=_AT), **_LET_GO}
GIVE_BACK = update(WORK).where(*_MINE).values(_GIVEN_BACK)
GIVE_BACK_ALL = update(WORK).where(IS_IN_HAND, WORK.c.worker == bindparam("holder")).values(_GIVEN_BACK)
HOLDER = select(WORK.c.worker).where(IS_IN_HAND, WORK.c.token == bindparam("mark")).limit(1)
STILL_MINE = select(WORK.c.key).where(IS_IN_HAND, WORK.c.token == bindparam("mark"))

_named = WORKERS.c.name == bindparam("who")
BEAT = update(WORKERS).where(_named).values(beat=WORKERS.c.beat + 1)
JOIN = postgresql.insert(WORKERS).on_conflict_do_nothing(index_elements=["name"])
LEAVE = delete(WORKERS).where(_named)
BURY = delete(WORKERS).where(_named, WORKERS.c.beat == bindparam("last"))
ALIVE = select(WORKERS.c.name, WORKERS.c.beat)
BUSY_WORKERS = select(WORK.c.worker).where(IS_IN_HAND).distinct()

# Parcels that a carrier is asked about, by shop, and some of them taken at random.
_asked = (IS_DUE, WORK.c.lane == bindparam("of_lane"), WORK.c.kind == literal_column("'poll_carrier'"))
PARCELS = select(WORK.c.shop_id, func.count()).where(*_asked).group_by(WORK.c.shop_id)
SOME_PARCELS = (
    select(*ACTION)
    .where(*_asked, WORK.c.seq % bindparam("every", type_=BigInteger) == bindparam("rest", type_=BigInteger))
    .limit(bindparam("rows"))
)

# Due work that meets a stop for its kind, lane or shop.
STOP = {
    scope: update(WORK)
    .where(IS_DUE, IS_FREE, WORK.c.due_at <= bindparam("now"), of == bindparam("which"))
    .values(state="held", error=bindparam("said"))
    for scope, of in (("kind", WORK.c.kind), ("lane", WORK.c.lane), ("shop", WORK.c.shop_id))
}

# Finished work that is old enough to be forgotten, looked for in a window of the table.
SWEEP = delete(WORK).where(
    WORK.c.seq > bindparam("after", type_=BigInteger),
    WORK.c.seq <= bindparam("until", type_=BigInteger),
    WORK.c.state == literal_column("'done'"),
    IS_FREE,
    WORK.c.ended_at < bindparam("before", type_=BigInteger),
)
LAST = select(func.max(WORK.c.seq))

# What was planned by a clock that has been set back since: it waits as long as was meant, from now on.
_ahead = WORK.c.free_at > bindparam("beyond", type_=BigInteger)
_planned_at = bindparam("now", type_=BigInteger)
BRING_FORWARD = tuple(
    update(WORK)
    .where(
        WORK.c.seq.in_(select(WORK.c.seq).where(waits, IS_FREE, _ahead).limit(bindparam("rows"))),
        IS_FREE,
        _ahead,
    )
    .values(due_at=WORK.c.due_at - WORK.c.free_at + _planned_at, free_at=_planned_at)
    for waits in (IS_DUE, IS_HELD)
)

NEXT_DUE = select(func.min(WORK.c.due_at)).where(IS_DUE, IS_FREE)

_now = bindparam("now", type_=BigInteger)


def _how_many(*conditions: Any) -> Any:
    """Counted by themselves, so that each counts along its own index and never over what is done."""
    return select(func.count()).select_from(WORK).where(*conditions).scalar_subquery()


COUNTS = select(
    _how_many(IS_DUE, WORK.c.due_at <= _now, IS_FREE),
    _how_many(IS_IN_HAND),
    _how_many(IS_DUE, WORK.c.due_at > _now, IS_FREE),
    _how_many(IS_DEAD),
    _how_many(IS_HELD),
)

NEWEST_DEAD = (
    select(*ACTION, WORK.c.error, WORK.c.ended_at)
    .where(IS_DEAD)
    .order_by(WORK.c.ended_at.desc(), WORK.c.seq.desc())
    .limit(bindparam("rows"))
)
