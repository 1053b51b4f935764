"""Signed links: they open one order, change nothing by being looked at, and end their messages in one click."""

from milepost.model.people import View
from milepost.model.statuses import Status


def test_a_link_leads_to_an_address_without_a_secret(site):
    row = site.orders()[0]
    token = site.token(row)
    with site.visitor() as browser:
        answer = browser.get(f"/t/{token}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/orders/{row.facts.order_number}"
    assert answer.headers["cache-control"] == "no-store"


def test_looking_at_a_link_changes_nothing(site):
    row = site.orders()[0]
    token = site.token(row)
    store = site.milepost.app.store
    before = site.call(store.rows(_count_everything(), {}))
    with site.visitor() as browser:
        browser.get(f"/t/{token}")
        browser.head(f"/t/{token}")
        browser.get(f"/u/{token}")
    assert site.call(store.rows(_count_everything(), {})) == before


def _count_everything():
    from sqlalchemy import text

    return text(
        "SELECT (SELECT count(*) FROM links), (SELECT count(*) FROM sessions), (SELECT count(*) FROM guesses), "
        "(SELECT count(*) FROM subscriptions), (SELECT count(*) FROM work)"
    )


def test_an_expired_link_says_how_to_get_a_new_one(site):
    token = site.token(site.orders()[0], days=0)
    with site.visitor() as browser:
        answer = browser.get(f"/t/{token}")
    assert answer.status_code == 410
    assert "This link has expired" in answer.text
    assert 'href="/"' in answer.text


def test_a_wrong_link_is_the_look_up_with_a_plain_sentence(site):
    with site.visitor() as browser:
        answer = browser.get("/t/nobody-made-this-one")
    assert answer.status_code == 404
    assert "That link does not open anything" in answer.text
    assert 'name="factor"' in answer.text


def test_the_better_of_two_links_counts(site):
    row = site.order_with_email()
    with site.visitor() as browser:
        browser.get(f"/t/{site.token(row, View.FULL)}")
        browser.get(f"/t/{site.token(row, View.TOWN)}")
        assert site.contact(row).name in browser.get(f"/orders/{row.facts.order_number}").text


def test_a_buyer_switches_e_mails_on_and_off(site):
    row = site.order_with(Status.IN_TRANSIT)
    number = row.facts.order_number
    with site.visitor() as browser:
        browser.get(f"/t/{site.token(row, View.TOWN)}")
        form = {"do": "on", "address": "me@example.invalid", "only_problems": "yes"}
        assert browser.post(f"/orders/{number}/notices", data=form).status_code == 303
        page = browser.get(f"/orders/{number}").text
        assert "On: only when something changes" in page
        assert "me@example.invalid" not in page
        browser.post(f"/orders/{number}/notices", data={"do": "off"})
        assert "Send me e-mails" in browser.get(f"/orders/{number}").text


def test_a_wrong_address_is_named_with_the_fix(site):
    row = site.order_with(Status.IN_TRANSIT)
    with site.visitor() as browser:
        browser.get(f"/t/{site.token(row)}")
        answer = browser.post(
            f"/orders/{row.facts.order_number}/notices", data={"do": "on", "address": "me at home"}
        )
    assert answer.status_code == 400
    assert "Write an e-mail address as name@host." in answer.text


def test_one_click_ends_the_messages_also_from_a_mail_program(site):
    row = site.order_with(Status.IN_TRANSIT)
    token = site.token(row, View.TOWN)
    store = site.milepost.app.store
    with site.visitor() as browser:
        browser.get(f"/t/{token}")
        browser.post(
            f"/orders/{row.facts.order_number}/notices", data={"do": "on", "address": "me@b.invalid"}
        )
        assert "Stop these messages?" in browser.get(f"/u/{token}").text
        running = site.call(store.subscriptions(row.facts.shop_id, row.facts.order_number))
        assert any(one.ended_at is None for one in running)
    with site.visitor() as mail_program:  # no cookie, no Origin (RFC 8058)
        answer = mail_program.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    ended = site.call(store.subscriptions(row.facts.shop_id, row.facts.order_number))
    assert all(one.ended_at for one in ended)
