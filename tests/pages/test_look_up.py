"""Asking for an order: what opens it, and one refusal for everything else."""

import re

import pytest

from milepost.desk.guessing import CLIENT_MAX, PARCEL_MAX
from milepost.model.statuses import Status


def ask(site, order, factor, **headers):
    with site.visitor() as browser:
        return browser.post("/", data={"order": order, "factor": factor}, headers=headers)


@pytest.mark.parametrize("factor", ["email", "phone", "postal_code"])
def test_the_number_with_the_buyers_own_factor_opens_the_order(site, factor):
    row = site.order_with_email()
    with site.visitor() as browser:
        answer = browser.post(
            "/", data={"order": row.facts.order_number, "factor": getattr(site.contact(row), factor)}
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/orders/{row.facts.order_number}"
        assert browser.get(answer.headers["location"]).status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site):
    row = site.order_with_email()
    cookie = ask(site, row.facts.order_number, site.contact(row).email).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert row.facts.order_number not in cookie


def test_unknown_number_wrong_factor_and_closed_order_are_refused_alike(site):
    row = site.orders()[-1]
    email = site.contact(row).email or site.contact(row).postal_code
    unknown = ask(site, "580000000000000000", email)
    wrong = ask(site, row.facts.order_number, "nobody@example.invalid")
    empty = ask(site, row.facts.order_number, "")
    for _ in range(PARCEL_MAX):
        ask(site, row.facts.order_number, "nobody@example.invalid")
    closed = ask(site, row.facts.order_number, email)
    answers = [unknown, wrong, empty, closed]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["content-length"] for answer in answers}) == 1


def test_who_tried_too_often_hears_in_how_many_minutes_they_may_go_on(site):
    """In the reader's words: a time of day would be some other zone's."""
    here = {"X-Forwarded-For": "203.0.113.201"}
    for number in range(CLIENT_MAX):
        ask(site, f"59{number:016d}", "nobody@example.invalid", **here)
    for language, told in (("en", r"in \d+ minutes?"), ("de", r"in \d+ Minuten?"), ("ja", r"\d+ 分後")):
        answer = ask(site, "590", "nobody@example.invalid", **here, **{"Accept-Language": language})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 3600
        assert re.search(f"<b>{told}</b>", answer.text), answer.text
        assert "UTC" not in answer.text


def test_a_closed_order_still_opens_by_its_link(site):
    row = site.orders()[-1]
    for _ in range(PARCEL_MAX + 1):
        ask(site, row.facts.order_number, "nobody@example.invalid")
    assert site.opened(row).status_code == 200


def test_an_order_page_without_a_visit_is_the_look_up_form_for_any_number(site):
    number = site.orders()[1].facts.order_number
    with site.visitor() as browser:
        there, nowhere = browser.get(f"/orders/{number}"), browser.get("/orders/581111111111111111")
    assert there.status_code == nowhere.status_code == 403
    assert there.text.replace(number, "N") == nowhere.text.replace("581111111111111111", "N")


def test_one_visit_opens_no_other_order(site):
    mine, other = site.orders()[2:4]
    with site.visitor() as browser:
        browser.get(f"/t/{site.token(mine)}")
        assert browser.get(f"/orders/{mine.facts.order_number}").status_code == 200
        assert browser.get(f"/orders/{other.facts.order_number}").status_code == 403
        assert browser.get(f"/orders/{other.facts.order_number}/live").status_code == 401


def test_a_form_from_another_site_changes_nothing(site):
    row = site.order_with_email()
    email = site.contact(row).email
    assert ask(site, row.facts.order_number, email, Origin="https://elsewhere.example").status_code == 403
    assert ask(site, row.facts.order_number, email, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert ask(site, row.facts.order_number, email, Origin=site.url).status_code == 303


def test_a_form_that_is_no_form_gets_a_page_and_no_trace(site):
    with site.visitor() as browser:
        odd = browser.post(
            "/", content=b"\xff\xfe=%zz&order=1&order=2", headers={"Content-Type": "text/plain"}
        )
    assert odd.status_code in (400, 404)
    assert "Traceback" not in odd.text


def test_a_tracking_number_goes_to_an_address_of_its_own(site):
    row = site.order_with(Status.IN_TRANSIT, Status.DELIVERED)
    number = site.shipments(row)[0].shipment.tracking_number
    with site.visitor() as browser:
        there = browser.post("/track", data={"number": f" {number[:4]} {number[4:]} "})
        assert there.headers["location"] == f"/track/{number}"
        assert browser.get(there.headers["location"]).status_code == 200


def test_only_the_number_of_what_was_pasted_goes_into_an_address(site):
    with site.visitor() as browser:
        pasted = "Jane Roe, jane@example.com: where is 1z 5r89 3903 5756 7127?"
        there = browser.post("/track", data={"number": pasted})
        none = browser.post("/track", data={"number": "Jane Roe, jane@example.com"})
    assert there.headers["location"] == "/track/1Z5R89390357567127"
    assert none.status_code == 404
    assert "There is no tracking number in that" in none.text
    assert "Jane" not in none.text


def test_a_number_we_do_not_know_is_told_by_its_looks_with_that_carriers_own_page(site):
    said = {
        "1Z5R89390357567127": (
            "It is a number of UPS.",
            "https://www.ups.com/track?loc=en_US&amp;tracknum=1Z5R89390357567127",
        ),
        "986578788855": (
            "It may be a number of FedEx",
            "https://www.fedex.com/fedextrack/?trknbr=986578788855",
        ),
        "RB123456785NL": ("It is a number of PostNL.", ""),
        "1Z5R89390357567128": ("seems to be mistyped", ""),
        "QQ0000000QQ0": ("No carrier we know has numbers like", ""),
    }
    with site.visitor() as browser:
        for number, (words, address) in said.items():
            text = re.sub(r"\s+", " ", browser.get(f"/track/{number}").text)
            assert words in text, number
            assert address in text, number


def test_nobody_and_nobody_yet_have_one_tracking_page(site):
    waiting = site.order_with(Status.LABEL_CREATED)
    known = site.shipments(waiting)[0].shipment.tracking_number
    unknown = alike(known, site.milepost.app.identify)
    with site.visitor() as browser:
        one, two = browser.get(f"/track/{known}"), browser.get(f"/track/{unknown}")
    assert one.status_code == two.status_code == 200
    assert one.text.replace(known, "N") == two.text.replace(unknown, "N")
    assert "Not scanned yet" in re.sub(r"\s+", " ", one.text)


def alike(number, identify):
    """Another number of which the same is told: what differs between their pages would be told by the orders."""
    told = identify(number)
    at = len(number) // 2
    for one in range(10_000):
        other = f"{number[: at - 2]}{one:04d}{number[at + 2 :]}"
        found = identify(other)
        if other != number and (found.answer, found.candidates) == (told.answer, told.candidates):
            return other
    raise AssertionError(f"nothing is like {number}")
