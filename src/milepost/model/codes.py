"""Codes that no table explains, and what people of this installation said they mean."""

from dataclasses import dataclass
from datetime import datetime

from milepost.model.carriers import CodeMeaning
from milepost.model.scans import CodeRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCode:
    """A code of a source that was read as `unknown`, with one scan that had it."""

    source: str
    code: str  # as the source wrote it
    scans: int
    first_heard_at: datetime  # UTC
    last_heard_at: datetime  # UTC
    text: str  # the source's own words of the example
    report_hash: str  # of the example
    shop_id: str
    tracking_number: str | None
    order_number: str | None  # set when it was told of an order as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCorrection:
    """What one code means, said by a person. Added and never edited: the newest of a code is the one."""

    source: str
    ref: CodeRef
    meaning: CodeMeaning
    by: str  # who said it
    at: datetime  # UTC
    code: str  # as the source wrote it in the example
    report_hash: str  # the example it was said of
    subject: str  # the number or order the example was told of
    is_order: bool = False  # the example was told of an order as a whole
    withdrawn: bool = False  # the correction before no longer holds
