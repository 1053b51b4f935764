"""EasyPost's webhooks: signed over the raw bytes, whole, repeated."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime

from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push
from milepost.settings import SourceAccess
from milepost.sources import trackers
from milepost.sources.aggregators.easypost import parse as answers
from milepost.sources.aggregators.easypost.fetch import KEY
from milepost.sources.folder_pushes import without_windows
from milepost.sources.loose_json import text_at
from milepost.sources.push_proofs import header, is_signed_in_hex, name_of, secrets_of, unproven

IS_HINT = False
ACCOUNTS = False  # the operator names our address in the account's settings; nothing is asked for here
SECRET_LENGTHS = range(8, 129)  # the secret is theirs, and they choose its length
SIGNATURE = "x-hmac-signature"
PREFIX = "hmac-sha256-hex="


def read(access: SourceAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
    """Theirs if the raw bytes are signed with the webhook secret, in its NFKD form."""
    secrets = [unicodedata.normalize("NFKD", secret) for secret in secrets_of(access)]
    signature = header(headers, SIGNATURE)
    if not signature.startswith(PREFIX) or not is_signed_in_hex(
        signature.removeprefix(PREFIX), body, secrets
    ):
        return unproven("EasyPost")
    return trackers.pushed(
        KEY, body, heard_at, answers.parse, lambda told: text_at(told, "id") or name_of(body)
    )


def parse(report: Report) -> Parsed:
    """The scans, read as those of an answer."""
    return without_windows(answers.parse(report))
