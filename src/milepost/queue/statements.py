"""What the work list asks of its table. The table itself is made by the store (store/tables.py, `work`)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    SmallInteger,
    Text,
    Update,
    bindparam,
    case,
    column,
    func,
    literal_column,
    null,
    select,
    table,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql

from milepost.model.actions import ActionKind

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
    column("due_at", BigInteger),  # while held untouched, the same as free_at: a lost lease is due again then
    column("free_at", BigInteger),
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
# Written out, because an index over a part of the table only serves who names that very part.
IS_DUE = WORK.c.state == literal_column("'due'")
IS_HELD = WORK.c.state == literal_column("'held'")
IS_DEAD = WORK.c.state == literal_column("'dead'")
IS_IN_HAND = WORK.c.token != literal_column("''")
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
    return _add.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "due_at": due_at,
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
_first = select(func.min(WORK.c.lane).label("lane")).where(IS_DUE).cte("lanes", recursive=True)
_beyond = WORK.alias("beyond")
_next = (
    select(func.min(_beyond.c.lane))
    .where(_beyond.c.state == literal_column("'due'"), _beyond.c.lane > _first.c.lane)
    .scalar_subquery()
)
_lanes = _first.union_all(select(_next).where(_first.c.lane.is_not(None)))
LANES = select(_lanes.c.lane).where(_lanes.c.lane.is_not(None)).limit(bindparam("lanes"))

HELD_BY_LANE = (
    select(WORK.c.lane, func.count())
    .where(IS_DUE, IS_IN_HAND, WORK.c.free_at > bindparam("now"))
    .group_by(WORK.c.lane)
)


@cache
def oldest_due(kinds: Sequence[ActionKind] | None) -> Select[Any]:
    """Due work of one lane that nobody holds, oldest first."""
    statement = select(WORK.c.seq, WORK.c.attempts, *ACTION).where(
        IS_DUE,
        WORK.c.lane == bindparam("lane"),
        WORK.c.due_at <= bindparam("now"),
        WORK.c.free_at <= bindparam("now"),
    )
    if kinds is not None:
        statement = statement.where(WORK.c.kind.in_([kind.value for kind in kinds]))
    return statement.order_by(WORK.c.due_at, WORK.c.seq).limit(bindparam("rows"))


@cache
def take(places: int) -> Update:
    """Hold up to `places` pieces (parameters `seq0`…), as far as nobody was quicker; their seq comes back."""
    return (
        update(WORK)
        .where(
            WORK.c.seq.in_([bindparam(f"seq{number}", type_=BigInteger) for number in range(places)]),
            IS_DUE,
            WORK.c.due_at <= bindparam("now"),
            WORK.c.free_at <= bindparam("now"),
        )
        .values(
            due_at=bindparam("until"),
            free_at=bindparam("until"),
            worker=bindparam("holder"),
            token=bindparam("mark"),
        )
        .returning(WORK.c.seq)
    )


_MINE = (WORK.c.key == bindparam("which"), WORK.c.token == bindparam("mark"), IS_DUE | IS_HELD)
_MOVED = WORK.c.due_at != WORK.c.free_at  # somebody asked for it again while it was held
_LET_GO = {"free_at": 0, "token": "", "worker": ""}
_SAID = bindparam("said", type_=Text)

DONE = (
    update(WORK)
    .where(*_MINE)
    .values(
        state=case(((WORK.c.repeating == 1) & _MOVED, WORK.c.state), else_="done"),
        ended_at=case(((WORK.c.repeating == 1) & _MOVED, null()), else_=bindparam("at", type_=BigInteger)),
        attempts=0,
        error=case((IS_HELD & (WORK.c.repeating == 1) & _MOVED, WORK.c.error), else_=""),
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
        ended_at=bindparam("at"),
        error=_SAID,
        attempts=WORK.c.attempts + bindparam("failed", type_=BigInteger),
        **_LET_GO,
    )
)

NEXT_DUE = union_all(
    select(func.min(WORK.c.due_at)).where(IS_DUE, ~IS_IN_HAND),
    # What is held comes back when its lease runs out, should its worker be dead.
    select(func.min(case((WORK.c.due_at > WORK.c.free_at, WORK.c.due_at), else_=WORK.c.free_at))).where(
        IS_DUE, IS_IN_HAND
    ),
)

_now = bindparam("now", type_=BigInteger)


def _how_many(*conditions: Any) -> Any:
    """Counted by themselves, so that each counts along its own index and never over what is done."""
    return select(func.count()).select_from(WORK).where(*conditions).scalar_subquery()


COUNTS = select(
    _how_many(IS_DUE, WORK.c.due_at <= _now, WORK.c.free_at <= _now),
    _how_many(IS_DUE, WORK.c.free_at > _now),
    _how_many(IS_DUE, WORK.c.due_at > _now, WORK.c.free_at <= _now),
    _how_many(IS_DEAD),
    _how_many(IS_HELD),
)

NEWEST_DEAD = (
    select(*ACTION, WORK.c.error, WORK.c.ended_at)
    .where(IS_DEAD)
    .order_by(WORK.c.ended_at.desc(), WORK.c.seq.desc())
    .limit(bindparam("rows"))
)
