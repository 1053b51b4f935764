"""What a source said, byte for byte, and the address of what it was about."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class ReportKind(StrEnum):
    """How the news came and what it is about."""

    ORDER_LIST = "order_list"
    ORDER_DETAIL = "order_detail"
    PACKAGE_DETAIL = "package_detail"
    ORDER_TRACKING = "order_tracking"
    TRACKING = "tracking"
    PUSH = "push"
    IMPORT = "import"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One answer or one push, exactly as it came. Kept for ever; it may be evidence one day."""

    source: str  # key of the carrier or marketplace folder
    kind: ReportKind
    shop_id: str | None  # our shop id; None when a carrier answer serves several shops
    subject: tuple[str, ...]  # what was asked: tracking numbers or order ids
    heard_at: datetime  # UTC
    body: bytes

    @cached_property
    def body_hash(self) -> str:
        """SHA-256 of the body, hex: the address under which the bytes are kept once."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something we could not use, with a reason that has a name and is counted."""

    reason: str  # a short name, e.g. `unreadable_body`, `unknown_shape`, `foreign_number`
    detail: str  # one sentence without personal data
    subject: str = ""
