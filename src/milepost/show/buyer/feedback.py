"""What a buyer said about an order, and what they may say: in words for the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from milepost.model.feedback import Feedback, FeedbackKind, OrderField
from milepost.settings import ShopPolicy
from milepost.show.moments import counted, moment

KINDS: Mapping[FeedbackKind, str] = {
    FeedbackKind.BROKEN: "Broken or damaged",
    FeedbackKind.MISSING: "Missing from the box",
    FeedbackKind.WRONG_ITEM: "Not what was ordered",
    FeedbackKind.NOT_HERE: "Said to be delivered, but not here",
    FeedbackKind.NOT_MINE: "Somebody else’s parcel",
    FeedbackKind.DETAILS: "Something in the order is wrong",
    FeedbackKind.OTHER: "Something else",
}
AFTER_DELIVERY = (
    FeedbackKind.BROKEN,
    FeedbackKind.MISSING,
    FeedbackKind.WRONG_ITEM,
    FeedbackKind.NOT_HERE,
    FeedbackKind.NOT_MINE,
    FeedbackKind.OTHER,
)
FIELDS: Mapping[OrderField, str] = {
    OrderField.NAME: "The name",
    OrderField.ADDRESS: "The address",
    OrderField.ITEMS: "What was bought",
    OrderField.QUANTITY: "How many",
    OrderField.DATE: "The promised date",
    OrderField.CONTACT: "E-mail or phone",
}
NEXT: Mapping[FeedbackKind, str] = {
    FeedbackKind.ALL_GOOD: "Thank you. The seller knows that it came well.",
    FeedbackKind.BROKEN: "Keep the item, the box and the label: the carrier may want to see them.",
    FeedbackKind.MISSING: "Keep the box and the label. The seller looks at what was packed.",
    FeedbackKind.WRONG_ITEM: "Keep it as it came. The seller tells you where it goes.",
    FeedbackKind.NOT_HERE: "Look around the door and ask the neighbors; some scans come a day early. "
    "The seller asks the carrier where it was left.",
    FeedbackKind.NOT_MINE: "Leave it closed. The seller tells you what happens to it, and sends yours.",
    FeedbackKind.DETAILS: "The seller can still change it while the parcel has not left.",
    FeedbackKind.OTHER: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackLine:
    """One thing that was said. The words themselves are shown to whoever may see names."""

    title: str
    said: str
    items: str
    words: str
    photos: str
    refused: tuple[str, ...]
    what_next: str
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    words: str


def feedback_lines(
    told: Iterable[Feedback], policy: ShopPolicy, shop_name: str, *, with_words: bool, local: datetime
) -> tuple[FeedbackLine, ...]:
    """The newest first. `local` is any moment in the reader's zone."""
    return tuple(
        FeedbackLine(
            title="All good" if one.kind is FeedbackKind.ALL_GOOD else KINDS[one.kind],
            said=moment(one.at.astimezone(local.tzinfo)),
            items=", ".join((*one.items, *([FIELDS[one.field]] if one.field else []))),
            words=one.words if with_words else "",
            photos=counted(len(one.photo_ids), "photo") if one.photo_ids else "",
            refused=one.refused,
            what_next=_next(one.kind, policy, shop_name),
            is_good=one.kind is FeedbackKind.ALL_GOOD,
        )
        for one in reversed(list(told))
    )


def _next(kind: FeedbackKind, policy: ShopPolicy, shop_name: str) -> str:
    if kind is FeedbackKind.ALL_GOOD:
        return NEXT[kind]
    within = f" and answers within {counted(policy.answer_days, 'day')}" if policy.answer_days else ""
    return f"{shop_name or 'The seller'} sees this now{within}. {NEXT[kind]}".strip()


def choices(kinds: Iterable[FeedbackKind]) -> tuple[Choice, ...]:
    """What a form offers."""
    return tuple(Choice(value=kind.value, words=KINDS[kind]) for kind in kinds)


def field_choices() -> tuple[Choice, ...]:
    """What of an order can be called wrong."""
    return tuple(Choice(value=one.value, words=words) for one, words in FIELDS.items())
