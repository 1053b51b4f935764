"""When windows of a carrier and lane stop holding what they say, and when they hold it again."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from milepost.model.notices import Notice, shop_notice
from milepost.model.scoreboard import BACK, BAND, Recent
from milepost.react.notices import INBOX

Since = Mapping[str, str]
"""Which were told of as having left their band, by `carrier lane`, and since when (ISO, UTC)."""


def told(
    before: Since, recent: Iterable[Recent], names: Mapping[str, str], now: datetime
) -> tuple[dict[str, str], list[Notice]]:
    """The same after a look, and what to tell the shops with parcels there; each change once.

    `names`: of carriers, for people.
    """
    after, notices = dict(before), []
    for one in recent:
        where = f"{one.carrier} {one.lane}"
        since = before.get(where)
        if since is None and not BAND[0] <= one.share <= BAND[1]:
            after[where] = now.isoformat()
            notices += _notices("windows_drifted", one, names, now.isoformat(), now)
        elif since is not None and BACK[0] <= one.share <= BACK[1]:
            del after[where]
            notices += _notices("windows_back", one, names, since, now)
    return after, notices


def _notices(template: str, one: Recent, names: Mapping[str, str], since: str, now: datetime) -> list[Notice]:
    start, _, end = one.lane.upper().partition(">")
    way = f"{start or 'anywhere'} to {end}" if end else "all its ways"
    facts = {
        "carrier": names.get(one.carrier, one.carrier),
        "way": way,
        "share": f"{100 * one.share:.0f}",
        "parcels": f"{one.parcels:,}",
        "wide": "yes" if one.share > BAND[1] else "",
        "since": since,
    }
    return [
        shop_notice(
            key=f"{template}:{one.carrier}:{one.lane}:{since}:{shop_id}:{INBOX}",
            shop_id=shop_id,
            channel=INBOX,
            template=template,
            facts=facts,
            created_at=now,
        )
        for shop_id in one.shops
    ]
