"""Pushes: verified on the raw bytes, then taken as hints of which order to read again, never as facts."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push
from milepost.settings import TikTokApp
from milepost.sources.marketplaces.tiktok_shop.authorize import KEY, our_shop_id
from milepost.sources.marketplaces.tiktok_shop.signing import is_signed_by
from milepost.sources.marketplaces.tiktok_shop.wire import (
    Row,
    decode,
    identifier,
    integer,
    moment,
    row,
    rows,
    texts,
)

HEADER = "authorization"
BAD_SIGNATURE = "bad_signature"
HINTS_MAX = 500
DEAUTHORIZED = 6
EXPIRING = 7


def read_push(
    apps: Sequence[TikTokApp], headers: Mapping[str, str], body: bytes, heard_at: datetime
) -> Push | Refusal:
    """A push somebody with one of our apps' secrets signed, or why it is refused.

    There is no time in the signature, so an old push verifies: who calls drops ids it has seen.
    """
    if why := _why_refused(apps, headers, body):
        return Refusal(reason=why[0], detail=why[1])
    told = decode(body)
    if told is None or integer(told.get("type")) is None:
        return Refusal(reason="unknown_shape", detail="A signed push is not an object with a type.")
    foreign_shop_id = identifier(told.get("shop_id"))
    report = Report(
        source=KEY,
        kind=ReportKind.PUSH,
        shop_id=our_shop_id(foreign_shop_id) if foreign_shop_id else None,
        subject=hints(told),
        heard_at=heard_at,
        body=body,
    )
    return Push(
        report=report,
        notification_id=identifier(told.get("tts_notification_id")) or _hash(body),
        foreign_shop_id=foreign_shop_id,
    )


def parse(report: Report) -> Parsed:
    """The orders worth reading again, and a note when the authorization ends."""
    told = decode(report.body)
    kind = integer(told.get("type")) if told is not None else None
    if told is None or kind is None:
        reason = "unreadable_body" if told is None else "unknown_shape"
        return Parsed(refusals=(Refusal(reason=reason, detail="A push is not an object with a type."),))
    return Parsed(hints=hints(told), notes=_notes(kind, row(told.get("data"))))


def hints(told: Row) -> tuple[str, ...]:
    """Order numbers in a push, wherever its type keeps them. Types we do not know may name orders too."""
    data = row(told.get("data"))
    found = [identifier(data.get("order_id")), *texts(data.get("order_ids"))]
    for package in rows(data.get("package_list")):
        found += texts(package.get("order_id_list"))
    found += [identifier(line.get("main_order_id")) for line in rows(data.get("line_items"))]
    return tuple(dict.fromkeys(number for number in found if number))[:HINTS_MAX]


def _why_refused(
    apps: Sequence[TikTokApp], headers: Mapping[str, str], body: bytes
) -> tuple[str, str] | None:
    usable = [app for app in apps if app.app_key and app.app_secret]
    if not usable:
        return "not_configured", "A push came, but no app with a secret is set in [[tiktok_shop.apps]]."
    header = next((value for name, value in headers.items() if name.casefold() == HEADER), "")
    if not header:
        return BAD_SIGNATURE, "A push came without a signature."
    verdicts = [is_signed_by(app.app_key, app.app_secret, body, header) for app in usable]
    return None if any(verdicts) else (BAD_SIGNATURE, "A push is not signed with any of our apps' secrets.")


def _notes(kind: int, data: Row) -> tuple[str, ...]:
    if kind == DEAUTHORIZED:
        return ("authorization_ended",)
    if kind == EXPIRING:
        ends_at = moment(data.get("expiration_time"))  # a text here, a number everywhere else
        return (f"authorization_ends {ends_at:%Y-%m-%dT%H:%M:%SZ}" if ends_at else "authorization_ends",)
    return ()


def _hash(body: bytes) -> str:
    """Some pushes have no id (type 3): the same bytes are the same push."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
