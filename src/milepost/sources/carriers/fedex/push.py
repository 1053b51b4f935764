"""FedEx's pushes (Advanced Integrated Visibility): signed, whole, repeated, out of order (carriers.md §3.8).

A push holds all scans of a number as an answer would, so they are recorded. Which parcels are pushed is set
up in FedEx's developer portal; nothing is asked for here.
"""

from collections.abc import Mapping
from datetime import datetime

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push
from milepost.settings import CarrierAccess
from milepost.sources.carriers.fedex import parse as answers
from milepost.sources.carriers.fedex.fetch import KEY
from milepost.sources.folder_pushes import without_windows
from milepost.sources.loose_json import UnreadableError, decode
from milepost.sources.push_proofs import header, is_signed, name_of, numbers_in, secrets_of, unproven

IS_HINT = False
ACCOUNTS = False  # of FedEx's own accord: no account is named here
SIGNATURE = "fdx-signature"


def read(
    access: CarrierAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime
) -> Push | Refusal:
    """Theirs if the raw bytes are signed with our security token."""
    if not is_signed(header(headers, SIGNATURE), body, secrets_of(access)):
        return unproven("FedEx")
    try:
        told = decode(body)
    except UnreadableError:
        return Refusal(reason="unreadable_body", detail="The push is not JSON.")
    numbers = numbers_in(number for number, _ in answers.results(told))
    if not numbers:
        return Refusal(reason="unknown_shape", detail="The push holds no track result with a number.")
    report = Report(
        source=KEY,
        kind=ReportKind.PUSH,
        shop_id=None,
        subject=numbers,
        heard_at=heard_at,
        body=body,
    )
    return Push(report=report, notification_id=name_of(body))


def parse(report: Report) -> Parsed:
    """The scans, read as those of an answer."""
    return without_windows(answers.parse(report))
