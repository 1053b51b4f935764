"""The rules by which the audit works out a parcel's status, one a line."""

from datetime import UTC, datetime, timedelta

import pytest

from milepost_sandbox.audit.journey import Told, journey_status

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def events(text):
    """Events an hour apart; `~` marks one nobody scanned, `=` one at the same instant as the one before."""
    hour, made = 0, []
    for word in text.split():
        hour += 0 if word.startswith("=") else 1
        status = word.lstrip("~=")
        made.append(
            Told(
                at=BEGIN + timedelta(hours=hour),
                status=None if status == "note" else status,
                physical=not word.lstrip("=").startswith("~"),
            )
        )
    return made


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("", "expected"),
        ("unknown unknown", "unknown"),
        ("note", "expected"),
        ("note unknown", "unknown"),
        ("~label_created", "label_created"),
        ("~label_created accepted in_transit", "in_transit"),
        ("in_transit unknown note", "in_transit"),
        ("accepted ~label_created", "accepted"),
        ("in_transit expected", "in_transit"),
        ("label_created expected", "label_created"),
        ("in_transit held in_transit", "in_transit"),
        ("out_for_delivery attempted", "attempted"),
        ("out_for_delivery delivered", "delivered"),
        ("delivered ~in_transit", "delivered"),
        ("delivered note", "delivered"),
        ("delivered out_for_delivery", "out_for_delivery"),
        ("delivered attempted", "attempted"),
        ("delivered ~held", "held"),
        ("delivered ~lost", "lost"),
        ("delivered ~label_created", "delivered"),
        ("delivered out_for_delivery delivered", "delivered"),
        ("return_in_transit in_transit", "return_in_transit"),
        ("return_in_transit out_for_delivery held", "return_in_transit"),
        ("return_in_transit delivered", "returned"),
        ("attempted return_in_transit returned", "returned"),
        ("return_in_transit lost", "lost"),
        ("in_transit =out_for_delivery", "out_for_delivery"),
        ("delivered =out_for_delivery", "delivered"),
        ("label_created cancelled", "cancelled"),
        ("held destroyed", "destroyed"),
    ],
)
def test_the_status_of_a_parcel_is(told, status):
    assert journey_status(events(told)) == status
    assert journey_status(reversed(events(told))) == status
