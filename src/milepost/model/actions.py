"""Work that was decided: kept with the facts that caused it, carried out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ActionKind(StrEnum):
    """What a worker can be told to do."""

    POLL_CARRIER = "poll_carrier"
    POLL_ORDER = "poll_order"  # re-read an order and its new packages
    POLL_TRACKING = "poll_tracking"  # what the marketplace itself knows of an order's scans
    SYNC_SHOP = "sync_shop"  # search for changed orders since the watermark
    REFRESH_GRANT = "refresh_grant"
    SEND_NOTICE = "send_notice"
    SEND_WEBHOOK = "send_webhook"  # hand one message to one endpoint
    SWEEP_WEBHOOKS = "sweep_webhooks"  # forget messages too old to replay, or (payload `of`) done work
    SUBSCRIBE_SHIPMENT = (
        "subscribe_shipment"  # ask a carrier to push a parcel's scans (number `*`: an account's)
    )
    ACTIVATE_PUSHES = "activate_pushes"  # say yes to a subscription that a carrier asked back about
    READ_HANDED_IN = "read_handed_in"  # look into the folder or mailbox (payload `of`) that files come to
    TAKE_BACKUP = "take_backup"
    WATCH_SHIPMENT = "watch_shipment"  # time passed: look for silence and lateness


TELLING = frozenset({ActionKind.SEND_NOTICE, ActionKind.SEND_WEBHOOK})
"""What tells somebody outside: after a restore it is held, because it may have been sent already."""


class ActionState(StrEnum):
    """State of a piece of work (status is the parcel's word)."""

    DUE = "due"
    DONE = "done"
    DEAD = "dead"  # tried to the end of its schedule; a person has to look
    HELD = "held"  # somebody stopped it, for a reason that stands beside it; nobody carries it out


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A decided piece of work. The same key is never carried out twice.

    `key` of repeating work (polls, sweeps) names its subject; adding it again only moves `due_at` earlier
    (or, with `replace_due`, sets it).
    """

    key: str
    kind: ActionKind
    shop_id: str | None
    lane: str  # fairness and rate budget: carrier key, shop id or channel
    due_at: datetime  # UTC
    payload: Mapping[str, str] = field(default_factory=dict)
    repeating: bool = False
    replace_due: bool = False
    news_at: datetime | None = None  # UTC; of what tells somebody: when that happened, at the earliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """An action a worker holds until `lease_until` (UTC)."""

    action: Action
    attempts: int  # tries before this one
    lease_until: datetime
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An action as a person sees it in the work list. `said` is the last error, or why it is held."""

    action: Action
    state: ActionState
    in_hand: bool  # a worker has it now
    attempts: int
    said: str
    ended_at: datetime | None = None  # UTC; when it was done or given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A stop that also meets work decided later: everything of one `scope` is held when it falls due."""

    scope: str  # `kind`, `lane` or `shop`
    value: str
    reason: str
    since: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Some of the work list: what fits everything that is named here. Nothing named: all of it."""

    keys: Sequence[str] | None = None
    kinds: Sequence[ActionKind] | None = None
    lanes: Sequence[str] | None = None
    shop_ids: Sequence[str] | None = None
    states: Sequence[ActionState] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one try. Exactly one of the three shapes: done, again at `next_due_at`, or dead."""

    done: bool = False
    next_due_at: datetime | None = None
    counts_as_failure: bool = False
    error: str = ""  # one sentence, no personal data


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkWish:
    """What a person wants of the work list: look, or change some of it."""

    verb: str  # `count`, `list`, `retry`, `hold`, `release` or `drop`
    which: Which = field(default_factory=Which)
    limit: int = 0  # of `list`
    reason: str = ""  # of `hold`; of `release` only what is held for it, when given


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAnswer:
    """What was found or done."""

    counts: Mapping[str, int] = field(default_factory=dict)
    holds: Sequence[Hold] = ()
    listed: Sequence[Listed] = ()
    changed: int = 0  # actions; a stop that begins or ends counts none
    stops: int = 0  # stops for a kind, lane or shop that began or ended
    refused: str = ""  # why nothing could be done, in one sentence
