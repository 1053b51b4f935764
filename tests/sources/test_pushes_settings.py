"""Pushes are switched on rightly or not at all: what is wrong is said with its setting and the fix."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from milepost.clock import SteppedClock
from milepost.model.carriers import CarrierCard
from milepost.model.pushes import LAGS_S, HeardBy, PushBy, PushCount, bucket_of, health_of
from milepost.settings import CarrierAccess, Settings, Web
from milepost.sources.cards import CatalogError
from milepost.sources.catalog import carriers
from milepost.sources.folder_pushes import why_none
from tests.sources.pushers import CARRIERS, PUSHING, SECRET, access, pushing_settings

CLOCK = SteppedClock(datetime(2026, 3, 4, tzinfo=UTC))
WRONG = (
    ("ups", {"client_id": ""}, "carriers.ups.client_id"),
    ("ups", {"push_secret": ""}, "carriers.ups.push_secret: write 16 to 64 characters"),
    ("fedex", {"push_secret": "short"}, "carriers.fedex.push_secret: write 16 to 64 characters"),
    ("dhl", {"push_secret_before": "é" * 20}, "carriers.dhl.push_secret_before"),
    ("usps", {"push_secret": SECRET + "x"}, "carriers.usps.push_secret: write exactly 32 characters"),
    ("ups", {"push_account": "A1"}, "carriers.ups.push_account"),
    ("evri", {"push": True, "push_secret": SECRET}, "carriers.evri"),
)


def made(settings):
    return carriers(settings, CLOCK)


def test_without_a_word_of_the_operator_nothing_is_pushed_and_nothing_asked_for():
    keys = {key: CarrierAccess(client_id="id", client_secret="x") for key in PUSHING}
    assert [made(Settings(carriers=keys))[key].pushes for key in PUSHING] == [None] * 4
    assert made(Settings())["evri"].pushes is None


def test_switched_on_a_carrier_pushes_to_the_public_address():
    found = made(pushing_settings())
    for key in PUSHING:
        pushes = found[key].pushes
        assert pushes.desk.address == f"https://track.example.com/hooks/carriers/{key}"
        assert pushes.is_by_number == (key != "fedex")
        assert pushes.is_hint == (key == "ups")
    account = made(replace(pushing_settings(), carriers={"usps": access(push_account="123456")}))
    assert not account["usps"].pushes.is_by_number


@pytest.mark.parametrize(("key", "wrong", "said"), WRONG)
def test_a_setting_that_cannot_be_right_is_named_with_its_fix(key, wrong, said):
    told = replace(CarrierAccess() if key == "evri" else access(), **wrong)
    with pytest.raises(CatalogError, match=said):
        made(replace(pushing_settings(), carriers={key: told}))


@pytest.mark.parametrize("url", ["", "http://track.example.com", "track.example.com", "ftp://x"])
def test_pushes_need_an_address_that_carriers_can_reach(url):
    with pytest.raises(CatalogError, match=r"web\.public_url: UPS pushes to an https:// address only"):
        made(Settings(web=Web(public_url=url), carriers={"ups": access()}))


def test_card_and_folder_agree_on_whether_it_pushes():
    card = CarrierCard(key="ups", name="UPS", tracking_url="")
    assert "push: say `number` or `account`" in why_none(card, CARRIERS / "ups", CarrierAccess())
    assert why_none(replace(card, push=PushBy.NUMBER), CARRIERS / "ups", CarrierAccess()) is None
    assert "pushes nothing that we read" in why_none(card, CARRIERS / "evri", CarrierAccess(push=True))


def test_a_lag_is_counted_up_to_a_bound_and_told_as_one():
    assert [bucket_of(lag) for lag in (0, 60, 61, 86_400, 86_401)] == [60, 60, 300, 86_400, 0]
    counts = [
        PushCount(carrier="acme", day="2026-03-04", how=HeardBy.PUSH, lag_s=lag_s, scans=scans)
        for lag_s, scans in ((60, 90), (3_600, 9), (0, 1))
    ]
    health = health_of("acme", counts, None)
    assert (health.lag_p50_s, health.lag_p95_s, health.share) == (60, 3_600, 1.0)
    assert health_of("acme", counts[-1:], None).lag_p50_s is None, "beyond the last bound"
    assert health_of("other", counts, None).share is None
    assert list(LAGS_S) == sorted(LAGS_S)
