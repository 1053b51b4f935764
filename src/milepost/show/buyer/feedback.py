"""What a buyer said about an order, and what they may say: in words for the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from milepost.model.feedback import Feedback, FeedbackKind, OrderField
from milepost.settings import ShopPolicy
from milepost.show.moments import all_of, counted, moment
from milepost.tongues.speech import mark, retold, say

KINDS: Mapping[FeedbackKind, str] = {
    FeedbackKind.BROKEN: mark("Broken or damaged"),
    FeedbackKind.MISSING: mark("Missing from the box"),
    FeedbackKind.WRONG_ITEM: mark("Not what was ordered"),
    FeedbackKind.NOT_HERE: mark("Said to be delivered, but not here"),
    FeedbackKind.NOT_MINE: mark("Somebody else’s parcel"),
    FeedbackKind.DETAILS: mark("Something in the order is wrong"),
    FeedbackKind.OTHER: mark("Something else"),
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
    OrderField.NAME: mark("The name"),
    OrderField.ADDRESS: mark("The address"),
    OrderField.ITEMS: mark("What was bought"),
    OrderField.QUANTITY: mark("How many"),
    OrderField.DATE: mark("The promised date"),
    OrderField.CONTACT: mark("E-mail or phone"),
}
NEXT: Mapping[FeedbackKind, str] = {
    FeedbackKind.ALL_GOOD: mark("Thank you. The seller knows that it came well."),
    FeedbackKind.BROKEN: mark("Keep the item, the box and the label: the carrier may want to see them."),
    FeedbackKind.MISSING: mark("Keep the box and the label. The seller looks at what was packed."),
    FeedbackKind.WRONG_ITEM: mark("Keep it as it came. The seller tells you where it goes."),
    FeedbackKind.NOT_HERE: mark(
        "Look around the door and ask the neighbors; some scans come a day early. "
        "The seller asks the carrier where it was left."
    ),
    FeedbackKind.NOT_MINE: mark("Leave it closed. The seller tells you what happens to it, and sends yours."),
    FeedbackKind.DETAILS: mark("The seller can still change it while the parcel has not left."),
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
            title=say("All good") if one.kind is FeedbackKind.ALL_GOOD else say(KINDS[one.kind]),
            said=moment(one.at.astimezone(local.tzinfo)),
            items=all_of([*one.items, *([say(FIELDS[one.field])] if one.field else [])]),
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
        return say(NEXT[kind])
    seller = shop_name or say("The seller")
    if policy.answer_days:
        days = counted(policy.answer_days, "day")
        sees = say("%(seller)s sees this now and answers within %(days)s.", seller=seller, days=days)
    else:
        sees = say("%(seller)s sees this now.", seller=seller)
    return f"{sees} {retold(NEXT[kind])}".strip()


def choices(kinds: Iterable[FeedbackKind]) -> tuple[Choice, ...]:
    """What a form offers."""
    return tuple(Choice(value=kind.value, words=say(KINDS[kind])) for kind in kinds)


def field_choices() -> tuple[Choice, ...]:
    """What of an order can be called wrong."""
    return tuple(Choice(value=one.value, words=say(words)) for one, words in FIELDS.items())
