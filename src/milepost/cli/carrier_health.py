"""`milepost carrier health`: who answers, whose keys are refused, and what is left of each quota."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

from milepost.cli.answers import AsJson, Config, console, say_json, table
from milepost.cli.exits import Exit
from milepost.cli.opening import opened
from milepost.desk.carrier_states import CarrierState, carrier_states
from milepost.desk.side_door import ask_for_carriers, socket_beside
from milepost.settings import load
from milepost.store.opening import file_of

COLUMNS = (
    "carrier",
    "state",
    "parcels",
    "answered (UTC)",
    "errors",
    "calls left today",
    "push first",
)


def carrier_health(*, as_json: AsJson = False, config: Config = None) -> int:
    """Say how each carrier does: keys, last answer, errors, quota and pushes; exit code 1 when one is broken.

    Errors are of 48 hours. A Milepost that is running is asked for it, where its database is one file.
    """
    states = asyncio.run(_states(config))
    if as_json:
        say_json([_document(one) for one in states])
    else:
        console().print(table("Carriers", COLUMNS, [_row(one) for one in states]))
        for one in states:
            if one.health.is_broken:
                print(f"{one.card.name}: {one.health.said}")
    return Exit.NO if any(one.health.is_broken for one in states) else Exit.DONE


async def _states(config: Path | None) -> list[CarrierState]:
    """Of the Milepost that is running on this database file, if one is; else of the database itself."""
    file = file_of(load(config).store.url)
    told = await ask_for_carriers(socket_beside(file)) if file else None
    if told is not None:
        return told
    async with opened(config) as milepost:
        return await carrier_states(milepost)


def _row(one: CarrierState) -> tuple[object, ...]:
    rate, share = one.health.error_rate, one.pushes.share if one.pushes else None
    return (
        one.card.key,
        one.state.replace("_", " "),
        one.parcels or "",
        f"{one.health.answered_at:%Y-%m-%d %H:%M}" if one.health.answered_at else "",
        "" if rate is None else f"{rate:.1%}",
        "" if one.calls_left_today is None else one.calls_left_today,
        "" if share is None else f"{share:.0%}",
    )


def _document(one: CarrierState) -> dict[str, Any]:
    health, pushes = one.health, one.pushes
    return {
        "carrier": one.card.key,
        "state": one.state,
        "parcels": one.parcels,
        "answered_at": _iso(health.answered_at),
        "failed_at": _iso(health.failed_at),
        "failures_in_a_row": health.failures,
        "said": health.said,
        "keys_checked_at": _iso(health.keys_checked_at),
        "keys_refused": health.keys_refused,
        "broken_since": _iso(health.broken_since),
        "error_rate": health.error_rate,
        "calls_left_today": one.calls_left_today,
        "intervals_stretched": one.stretched,
        "push_share": pushes.share if pushes else None,
        "push_lag_p50_s": pushes.lag_p50_s if pushes else None,
        "pushed_at": _iso(pushes.last_push_at) if pushes else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
