"""Ship24's webhooks: they show a secret; whole, repeated."""

from collections.abc import Mapping
from datetime import datetime

from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push
from milepost.settings import SourceAccess
from milepost.sources import trackers
from milepost.sources.aggregators.ship24 import parse as answers
from milepost.sources.aggregators.ship24.fetch import KEY
from milepost.sources.folder_pushes import without_windows
from milepost.sources.push_proofs import header, is_shown, name_of, secrets_of, unproven

IS_HINT = False
ACCOUNTS = False  # the operator names our address in the account's settings; nothing is asked for here
SECRET_LENGTHS = range(8, 129)  # the secret is theirs, and they choose its length
BEARER = "bearer "


def read(access: SourceAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
    """Theirs if they show the webhook secret as a bearer token."""
    shown = header(headers, "authorization")
    token = shown[len(BEARER) :].strip() if shown[: len(BEARER)].casefold() == BEARER else ""
    if not is_shown(token, secrets_of(access)):
        return unproven("Ship24")
    return trackers.pushed(KEY, body, heard_at, answers.parse, lambda _: name_of(body))


def parse(report: Report) -> Parsed:
    """The scans, read as those of an answer."""
    return without_windows(answers.parse(report))
