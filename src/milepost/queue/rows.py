"""How an action stands in its row of the work list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from milepost.model.actions import Action, ActionKind, ActionState

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def row_of(action: Action, planned_at: int) -> dict[str, object]:
    """A new row; `planned_at` in microseconds since 1970 UTC, 0: nobody knows."""
    return {
        "key": action.key,
        "kind": action.kind.value,
        "shop_id": action.shop_id,
        "lane": action.lane,
        "payload": msgspec.json.encode(dict(action.payload)).decode(),
        "repeating": int(action.repeating),
        "state": ActionState.DUE.value,
        "due_at": micros(action.due_at),
        "free_at": planned_at,
        "worker": "",
        "token": "",
        "attempts": 0,
        "error": "",
    }


def action_of(row: tuple[Any, ...]) -> Action:
    """The action in the columns `statements.ACTION`."""
    key, kind, shop_id, lane, due_at, payload, repeating = row
    return Action(
        key=key,
        kind=ActionKind(kind),
        shop_id=shop_id,
        lane=lane,
        due_at=moment(due_at),
        payload=msgspec.json.decode(payload),
        repeating=bool(repeating),
    )


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """The aware UTC datetime of `micros`."""
    return EPOCH + timedelta(microseconds=value)
