"""17TRACK's webhooks: a digest of the raw bytes and the API key; whole, repeated, given up in time."""

from collections.abc import Mapping
from datetime import datetime

from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push
from milepost.settings import SourceAccess
from milepost.sources import trackers
from milepost.sources.aggregators.seventeen_track import parse as answers
from milepost.sources.aggregators.seventeen_track.fetch import KEY
from milepost.sources.folder_pushes import without_windows
from milepost.sources.push_proofs import header, is_hashed, name_of, secrets_of, unproven

IS_HINT = False
ACCOUNTS = False  # the operator names our address in the account's settings; nothing is asked for here
SECRET_LENGTHS = range(8, 129)  # the secret is theirs, and they choose its length
SIGNATURE = "sign"


def read(access: SourceAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
    """Theirs if the header is the SHA-256 of the raw bytes, a slash and the API key."""
    messages = [body + b"/" + secret.encode() for secret in secrets_of(access)]
    if not is_hashed(header(headers, SIGNATURE), messages):
        return unproven("17TRACK")
    return trackers.pushed(KEY, body, heard_at, answers.parse, lambda _: name_of(body))


def parse(report: Report) -> Parsed:
    """The scans, read as those of an answer."""
    return without_windows(answers.parse(report))
