"""Story files: each key does what docs/reference/stories.md says, and a bad line is refused by name."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from milepost_sandbox.clock import WorldClock
from milepost_sandbox.stories.format import HEADER_KEYS, OPTIONS, read_story
from milepost_sandbox.stories.library import all_stories, own_stories
from milepost_sandbox.stories.words import POINTS, StoryError
from milepost_sandbox.world.generate import Plan, make_world
from milepost_sandbox.world.places import local
from milepost_sandbox.world.words import SITUATIONS

START = datetime(2026, 11, 22, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[2] / "docs/reference/stories.md"

HEADER = {"title": "A test", "carriers": "ups", "lanes": "US>US"}
STEPS = """
    +1h  label_created  origin
    +5h  picked_up      origin
    travel origin > destination
    +2h  delivered      destination  left_with=person
"""


def story_text(steps=STEPS, parcels=1, **header):
    lines = [f"{key} {value}" for key, value in {**HEADER, **header}.items() if value is not None]
    return "\n".join([*lines, *(f"parcel{steps}" for _ in range(parcels))])


def played(text, *, orders=1, seed=1, late=False):
    story = read_story("test", text)
    plan = Plan(seed=seed, orders=orders, start=START, late=late)
    return make_world(plan, [story], WorldClock(START))


def steps_of(text, **asked):
    return played(text, **asked).parcels[-1].steps


@pytest.mark.parametrize("name", sorted(own_stories()))
def test_every_story_of_ours_can_be_played(name):
    story = own_stories()[name]
    for seed in range(3):
        world = make_world(
            Plan(seed=seed, orders=story.orders, start=START, late=seed == 2), [story], WorldClock(START)
        )
        assert len(world.orders) == story.orders
        for parcel in world.parcels:
            instants = [step.at for step in parcel.steps]
            assert instants == sorted(instants)
            assert all(b - a >= timedelta(minutes=2) for a, b in pairwise(instants))
            assert all(step.published_at >= step.at for step in parcel.steps)


def test_the_situations_the_issue_names_are_all_told():
    told = {
        step.situation
        for story in all_stories()
        for parcel in story.parcels
        for step in parcel
        if hasattr(step, "situation")
    }
    untold = set(SITUATIONS) - told - {"departed", "arrived", "arrived_hub"}  # these come from `travel`
    assert untold == set()


def test_the_document_explains_every_key_option_place_and_situation():
    text = DOCUMENT.read_text(encoding="utf-8")
    words = [*HEADER_KEYS, *OPTIONS, *POINTS, *SITUATIONS, "parcel", "travel", "next", "tomorrow"]
    assert [word for word in words if f"`{word}`" not in text and f"`{word}=`" not in text] == []


def test_the_example_in_the_document_can_be_played():
    text = DOCUMENT.read_text(encoding="utf-8")
    example = text.split("```text\n", 1)[1].split("```", 1)[0]
    assert played(example, orders=3).parcels


# Header keys


def test_title_carriers_and_lanes_are_needed():
    for key in ("title", "carriers", "lanes"):
        with pytest.raises(StoryError, match=f"needs a line `{key} "):
            read_story("test", story_text(**{key: None}))


def test_weight_says_how_often_a_story_is_told():
    heavy = read_story("heavy", story_text(weight=50))
    light = read_story("light", story_text(weight=1))
    world = make_world(Plan(seed=1, orders=200, start=START), [heavy, light], WorldClock(START))
    assert sum(order.story == "heavy" for order in world.orders) > 180
    assert any(order.story == "light" for order in world.orders)


def test_carriers_and_service_say_who_carries_it_and_how():
    parcel = played(story_text(carriers="fedex", service="express")).parcels[0]
    assert (parcel.carrier, parcel.provider_name, parcel.service) == ("fedex", "FedEx", "express")


def test_lanes_say_from_where_to_where():
    parcel = played(story_text(lanes="CN>GB", carriers="dhl")).parcels[0]
    assert (parcel.origin.country, parcel.destination.country) == ("CN", "GB")


def test_shipping_says_whose_label_it_is():
    assert played(story_text(shipping="tiktok")).orders[0].shipping_type == "TIKTOK"
    assert played(story_text()).orders[0].shipping_type == "SELLER"


def test_two_orders_travel_in_one_parcel():
    world = played(story_text(orders=2), orders=2)
    assert len(world.parcels) == 1
    assert world.parcels[0].order_ids == tuple(order.order_id for order in world.orders)
    assert {order.split_or_combine for order in world.orders} == {"COMBINED"}
    assert len({order.buyer.email for order in world.orders}) == 1


def test_units_says_how_many_pieces_are_bought():
    counts = {len(order.units) for order in played(story_text(units="2..4"), orders=60).orders}
    assert counts == {2, 3, 4}


def test_hold_says_whether_the_order_waits_an_hour():
    held = played(story_text(hold="yes")).orders[0]
    assert held.status_at(held.paid_at) == "ON_HOLD"
    assert held.status_at(held.paid_at + timedelta(hours=1)) == "AWAITING_SHIPMENT"
    free = played(story_text(hold="no")).orders[0]
    assert free.status_at(free.paid_at) == "AWAITING_SHIPMENT"


def test_tracked_says_whether_tiktok_tells_the_scans_too():
    assert played(story_text(tracked="yes")).parcels[0].marketplace_tracked is True
    assert played(story_text(tracked="no")).parcels[0].marketplace_tracked is False
    some = {parcel.marketplace_tracked for parcel in played(story_text(tracked="maybe"), orders=30).parcels}
    assert some == {True, False}


def test_cancel_cancels_the_order_so_long_after_payment():
    world = played("title A test\ncarriers ups\nlanes US>US\ncancel +3h..3h")
    order = world.orders[0]
    assert order.cancelled_at == order.paid_at + timedelta(hours=3)
    assert order.status_at(order.cancelled_at) == "CANCELLED"
    assert world.parcels == ()


def test_address_change_says_when_the_buyer_moved():
    order = played(story_text(address_change="+2h")).orders[0]
    assert order.address_changed_at == order.paid_at + timedelta(hours=2)


def test_a_number_used_again_had_another_parcel_months_before():
    world = played(story_text(reused="yes"))
    older, parcel = world.parcels
    assert world.parcels_by_number(parcel.carrier, parcel.tracking_number) == (older, parcel)
    assert older.order_ids == ()
    assert older.steps[-1].at < parcel.steps[0].at - timedelta(days=120)
    assert older.ship_date != parcel.ship_date
    assert older.destination.city != parcel.destination.city


def test_several_parcels_split_the_order():
    world = played(story_text(parcels=2, units=3))
    order = world.orders[0]
    assert order.split_or_combine == "SPLIT"
    assert {unit.package_id for unit in order.units} == {parcel.package_id for parcel in world.parcels}
    assert order.packages_at(order.rts_at) == tuple(
        parcel.package_id for parcel in sorted(world.parcels, key=lambda parcel: parcel.label_at)
    )


# Step lines


def test_a_plain_wait_is_counted_from_the_step_before():
    steps = steps_of(story_text())
    assert timedelta(hours=5) <= steps[1].at - steps[0].at < timedelta(hours=5, minutes=1)


def test_next_is_the_first_such_time_of_day_and_tomorrow_the_day_after():
    text = story_text(
        "\n    +1h label_created origin\n    next 09:00..09:30 picked_up origin\n    tomorrow 08:00..08:10 arrived origin\n"
    )
    label, picked_up, arrived = steps_of(text)
    assert timedelta(0) < picked_up.at - label.at < timedelta(hours=25)
    assert (picked_up.at.hour, picked_up.at.minute <= 30) == (9, True)
    assert (arrived.at.hour, arrived.at.date()) == (8, picked_up.at.date() + timedelta(days=1))


def test_every_point_is_a_place_of_the_route():
    text = story_text(
        """
    +1h label_created origin
    +1h arrived export
    +1h arrived customs
    +1h arrived hub
    +1h arrived last_hub
    +1h missorted elsewhere
    +1h in_transit_note -
    +1h delivered destination
""",
        lanes="CN>US",
        carriers="ups",
    )
    world = played(text)
    parcel = world.parcels[0]
    origin, export, customs, _hub, last_hub, elsewhere, nowhere, destination = (
        step.place for step in parcel.steps
    )
    assert (origin, destination) == (parcel.origin, parcel.destination)
    assert (export.country, customs.country, last_hub.country) == ("CN", "US", "US")
    assert elsewhere.country == "US"
    assert elsewhere not in (origin, export, customs, last_hub, destination)
    assert nowhere is None


def test_travel_departs_and_arrives_along_the_way_and_takes_plausible_time():
    steps = steps_of(story_text())
    moves = [step.situation for step in steps if step.situation in ("departed", "arrived", "arrived_hub")]
    assert moves[0] == "departed"
    assert moves[-1] == "arrived_hub"
    assert moves[:-1] == ["departed", "arrived"] * (len(moves) // 2 - 1) + ["departed"]


def test_a_step_carries_the_offset_of_its_place():
    for step in steps_of(story_text()):
        assert step.place is not None
        assert step.at.utcoffset() == local(step.at, step.place).utcoffset()


def test_chance_leaves_a_step_out_now_and_then():
    text = story_text(STEPS.replace("left_with=person", "left_with=person chance=0.5"))
    ends = [parcel.steps[-1].situation for parcel in played(text, orders=40).parcels]
    assert 5 < ends.count("delivered") < 35


def test_late_says_how_long_the_carrier_keeps_a_scan_to_itself():
    step = steps_of(story_text(STEPS.replace("left_with=person", "left_with=person late=6h..7h")))[-1]
    assert timedelta(hours=6) <= step.published_at - step.at <= timedelta(hours=7)


def test_details_are_chosen_and_priced():
    text = story_text(
        "\n    +1h label_created origin\n    +1h customs_hold customs fee=20..30 currency=EUR papers=invoice\n"
        "    +1d delivered destination left_with=person|mailbox received_by=A.SAMPLE\n",
        lanes="CN>US",
    )
    hold, delivered = steps_of(text)[1:]
    assert 20 <= float(hold.detail["fee"]) < 31
    assert (hold.detail["currency"], hold.detail["papers"]) == ("EUR", "invoice")
    assert delivered.detail["left_with"] in ("person", "mailbox")
    assert delivered.detail["received_by"] == "A.SAMPLE"


def test_a_changed_eta_moves_the_promise():
    text = story_text(
        STEPS.replace("    +2h  delivered", "    +1h eta_changed - eta=+2d\n    +2h  delivered")
    )
    parcel = played(text).parcels[0]
    first, moved = parcel.eta
    assert (first.kind, moved.kind) == ("estimated", "rescheduled")
    assert (moved.to_at - first.to_at) == timedelta(days=2)


def test_a_parcel_handed_to_the_post_gets_the_posts_number():
    text = story_text(
        STEPS.replace("delivered      destination  left_with=person", "handed_to_post destination")
    )
    assert len(steps_of(text)[-1].detail["partner_number"]) == 22


# What cannot be read


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (story_text(colour="red"), "test:4: no key 'colour'"),
        (story_text() + "\ntitle again", "title stands twice"),
        (story_text(weight="many"), "weight 'many' is not a number"),
        (story_text(carriers="pigeon"), "carriers 'pigeon'; there are ups"),
        (story_text(lanes="US-US"), "'US-US' is no lane"),
        (story_text(service="slow"), "service 'slow'"),
        (story_text(hold="perhaps"), "hold 'perhaps'"),
        (story_text(cancel="soon"), "'soon' is no length"),
        (story_text(parcels=6), "at most 5 parcels"),
        (story_text(parcels=0), "needs `cancel`"),
        (story_text("\n    +1h picked_up origin"), "first step is label_created"),
        (
            story_text("\n    +1h label_created origin\n    +1h teleported origin"),
            "no situation 'teleported'",
        ),
        (story_text("\n    +1h label_created origin\n    +1h arrived moon"), "no place 'moon'"),
        (story_text("\n    +1h label_created origin\n    soon arrived hub"), "a step begins with"),
        (story_text("\n    +1h label_created origin\n    +5h..2h arrived hub"), "ends before it begins"),
        (story_text("\n    +1h label_created origin\n    next 25:00 arrived hub"), "is no time of day"),
        (
            story_text("\n    +1h label_created origin\n    +1h arrived hub color=red"),
            "no option 'color=red'",
        ),
        (
            story_text("\n    +1h label_created origin\n    +1h arrived hub chance=2"),
            "chance=2 is not above 0",
        ),
        (
            story_text("\n    +1h label_created origin\n    travel origin destination"),
            "write `travel origin >",
        ),
        ("    +1h label_created origin", "before the first line `parcel`"),
        ("title x" * 20_000, "at most 64000 bytes"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_by_name(text, why):
    with pytest.raises(StoryError, match="test") as refused:
        read_story("test", text)
    assert why in str(refused.value)


def test_a_place_the_route_does_not_have_is_refused_when_played():
    with pytest.raises(StoryError, match="customs needs a lane that crosses a border"):
        played(story_text("\n    +1h label_created origin\n    +1h customs_hold customs"))


def test_a_lane_without_any_place_is_refused():
    with pytest.raises(StoryError, match="no place in AQ"):
        played(story_text(lanes="US>AQ"))


# Folders


def test_a_folder_adds_stories_and_replaces_those_of_the_same_name(tmp_path):
    (tmp_path / "mine.txt").write_text(story_text(title="Mine"), encoding="utf-8")
    (tmp_path / "ground.txt").write_text(story_text(title="My ground"), encoding="utf-8")
    titles = {story.name: story.title for story in all_stories(tmp_path)}
    assert titles["mine"] == "Mine"
    assert titles["ground"] == "My ground"
    assert len(titles) == len(own_stories()) + 1


def test_a_folder_that_is_none_or_holds_nothing_is_refused(tmp_path):
    with pytest.raises(StoryError, match="holds no story"):
        all_stories(tmp_path)
    with pytest.raises(StoryError, match="is no folder"):
        all_stories(tmp_path / "nowhere")
