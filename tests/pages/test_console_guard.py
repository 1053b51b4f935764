"""Who gets into the console, and that walls between shops hold on every page of it."""

from dataclasses import replace

import pytest

from milepost.show.console.guard import way_back
from milepost.show.cookies import is_secure
from tests.pages.console_people import PASSWORD, email, settle_in, signed_in

PLACES = (
    "/console",
    "/console/orders",
    "/console/search",
    "/console/inbox",
    "/console/shops",
    "/console/imports",
    "/console/imports/some-draft",
    "/console/webhooks",
    "/console/webhooks/ep_1",
    "/console/carriers",
    "/console/forecast",
    "/console/work",
    "/console/codes",
    "/console/orders/1",
    "/console/shops/return/tiktok_shop?code=x",
)


@pytest.fixture(scope="session")
def console(site):
    settle_in(site)
    return site


@pytest.mark.parametrize("place", PLACES)
def test_nobody_gets_in_without_signing_in(console, place):
    with console.visitor() as browser:
        answer = browser.get(place)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console/sign-in")
        assert browser.post("/console/search", data={"q": "x"}).headers["location"] == "/console/sign-in"


def test_every_refusal_to_sign_in_looks_alike(console):
    with console.visitor() as browser:
        wrong = browser.post("/console/sign-in", data={"email": email("admin"), "password": "wrong password"})
        unknown = browser.post("/console/sign-in", data={"email": "nobody@example.com", "password": PASSWORD})
        empty = browser.post("/console/sign-in", data={})
    assert wrong.status_code == unknown.status_code == empty.status_code == 401
    assert wrong.text == unknown.text == empty.text
    assert "session" not in wrong.cookies


def test_the_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(console):
    with console.visitor() as browser:
        answer = browser.post("/console/sign-in", data={"email": email("admin"), "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # this site is reached over http
    app = console.milepost.app
    over_tls = replace(app.settings, web=replace(app.settings.web, public_url="https://track.example.com"))
    assert is_secure(replace(app, settings=over_tls))


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(console):
    with signed_in(console, "seller") as browser:
        kept = browser.cookies["session"]
        assert browser.post("/console/sign-out").headers["location"] == "/console/sign-in"
    with console.visitor() as thief:
        thief.cookies.set("session", kept)
        assert thief.get("/console").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/console/orders/1", "/console/orders/1"),
        ("/console", "/console"),
        ("", "/console"),
        ("/", "/console"),
        ("/consoles", "/console"),
        ("//evil.example/console/x", "/console"),
        ("https://evil.example/console/x", "/console"),
        ("/\\evil.example/console", "/console"),
        ("/console/\\evil", "/console"),
    ],
)
def test_after_signing_in_one_stays_here(wanted, where):
    assert way_back(wanted) == where


def test_one_comes_back_to_the_page_one_asked_for(console):
    with console.visitor() as browser:
        asked = browser.get("/console/orders")
        form = browser.get(asked.headers["location"]).text
        assert 'name="next" value="/console/orders"' in form


def test_an_order_of_another_shop_is_like_one_that_is_not_there(console):
    number = console.orders()[0].facts.order_number
    with signed_in(console, "stranger") as browser:
        answers = [
            browser.get(f"/console/orders/{number}"),
            browser.post(f"/console/orders/{number}/link"),
            browser.post(f"/console/orders/{number}/ask"),
            browser.get(f"/console/orders/{number}/reports/{'0' * 64}"),
            browser.get("/console/orders/no-such-order"),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({len(answer.text) for answer in answers}) == 1


def test_nothing_of_another_shop_stands_in_any_list(console):
    rows = console.orders()
    told = [console.contact(row) for row in rows]
    with signed_in(console, "stranger") as browser:
        pages = [
            browser.get(path).text
            for path in ("/console", "/console/orders", "/console/inbox", "/console/shops")
        ]
        pages.append(
            browser.post("/console/search", data={"q": rows[0].facts.order_number}).text.replace(
                f'value="{rows[0].facts.order_number}"', ""
            )
        )
        pages += [browser.post("/console/search", data={"q": one.email}).text for one in told if one.email][
            :3
        ]
    for page in pages:
        assert not [row for row in rows if row.facts.order_number in page]
    assert "No orders yet" in pages[1]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("admin", {"/console/shops": 200, "/console/carriers": 200, "/console/work": 200}),
        ("seller", {"/console/shops": 200, "/console/carriers": 404, "/console/work": 404}),
        ("support", {"/console/shops": 404, "/console/work": 404}),
        ("stranger", {"/console/shops": 200, "/console/work": 404}),
    ],
)
def test_each_role_sees_its_pages_and_their_links(console, who, may):
    with signed_in(console, who) as browser:
        home = browser.get("/console").text
        for path, status in may.items():
            assert browser.get(path).status_code == status
            assert (f'href="{path}"' in home) is (status == 200)
        if may["/console/shops"] == 404:
            assert browser.post("/console/shops/connect", data={}).status_code == 404


def test_a_form_posted_from_another_site_changes_nothing(console):
    number = console.orders()[0].facts.order_number
    with signed_in(console, "seller") as browser:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = browser.post(f"/console/orders/{number}/link", headers=headers)
            assert answer.status_code == 403


def test_pages_of_the_console_are_kept_by_nobody(console):
    number = console.orders()[0].facts.order_number
    with signed_in(console, "seller") as browser:
        for path in ("/console", f"/console/orders/{number}", "/console/inbox"):
            headers = browser.get(path).headers
            assert headers["cache-control"] == "no-store"
            assert "noindex" in headers["x-robots-tag"]
