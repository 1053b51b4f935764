"""Every state a buyer's page can be in, as a way to open it in a browser."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

from litestar import get
from playwright.sync_api import Page

from milepost.desk.guessing import CLIENT_MAX, TooManyGuessesError, count_try
from milepost.desk.lookup import make_link
from milepost.model.people import View
from milepost.model.statuses import Status
from milepost.ports.rows import OrderRow
from milepost.record.links import new_contact_link
from milepost.tongues.catalogs import ENGLISH
from milepost.web import build
from tests.pages.asgi import ask
from tests.pages.buyer_stage import Stage
from tests.pages.quiet_house import quiet_pages

GUESSER = "203.0.113.77"
LOST_MS = 40_000
Open = Callable[[Page], None]
NAMES = (
    "moving",
    "trouble",
    "carrier silent",
    "no place known",
    "delivered",
    "several parcels",
    "waiting for the first scan",
    "live stream lost",
    "printed",
    "look-up",
    "number alone",
    "not scanned yet",
    "wrong link",
    "expired",
    "erased",
    "stop",
    "code asked for",
    "rate limited",
    "server error",
    "nowhere",
    "confirmation",
    "problem",
    "claim",
    "my orders, asked for",
    "my orders",
    "glossary",
    "reason",
    "code",
)
"""Of every state, as `states` gives them; each has its pictures in docs/screenshots."""

CHOSEN = ("moving", "trouble", "delivered", "several parcels")
"""These are looked at on every screen, light and dark, also in the small tests."""


def states(site: Stage, language: str = ENGLISH) -> Mapping[str, Open]:
    """By name. Each ends on the state's page.

    Pages are in the language of the browser's `lang` cookie; `language` is of those made beside it.
    """
    moving = site.order_with(Status.IN_TRANSIT)
    number = site.shipments(moving)[0].shipment.tracking_number
    waiting = site.order_with(Status.LABEL_CREATED)
    trouble = site.order_with(Status.RETURN_IN_TRANSIT, Status.HELD, Status.ATTEMPTED)
    several = next(row for row in site.orders() if len(row.shipment_ids) > 1)
    delivered = site.order_with(Status.DELIVERED)
    here = f"/orders/{moving.facts.order_number}"

    @cache
    def quiet() -> Mapping[str, str]:
        return dict(site.call(quiet_pages(language)))

    def at(path: str) -> Open:
        return lambda page: page.goto(site.url + path) and None

    def then(token: str, path: str) -> Open:
        def both(page: Page) -> None:
            page.goto(f"{site.url}/t/{token}")
            page.goto(site.url + path)

        return both

    return {
        "moving": at(f"/t/{site.token(moving, View.TOWN)}"),
        "trouble": at(f"/t/{site.token(trouble)}"),
        "carrier silent": lambda page: given(page, quiet()["carrier silent"], f"{site.url}/quiet"),
        "no place known": lambda page: given(page, quiet()["no place known"], f"{site.url}/quiet"),
        "delivered": at(f"/t/{site.token(delivered)}"),
        "several parcels": at(f"/t/{site.token(several)}"),
        "waiting for the first scan": at(f"/t/{site.token(waiting)}"),
        "live stream lost": lambda page: _lost(page, f"{site.url}/t/{site.token(moving, View.TOWN)}"),
        "printed": lambda page: _printed(page, f"{site.url}/t/{site.token(delivered)}"),
        "look-up": at("/"),
        "number alone": at(f"/track/{number}"),
        "not scanned yet": at("/track/1Z5R89390357567127"),
        "wrong link": at("/t/nobody-made-this-one"),
        "expired": at(f"/t/{site.token(moving, days=0)}"),
        "erased": at(f"/t/{_gone(site)}"),
        "stop": at(f"/u/{site.token(moving)}"),
        "code asked for": lambda page: _ask_code(page, site),
        "rate limited": lambda page: _too_often(page, site),
        "server error": lambda page: _broken(page, site, language),
        "nowhere": at("/no/such/page"),
        "confirmation": then(site.token(moving), f"{here}/confirmation"),
        "problem": then(site.token(moving), f"{here}/problem?field=address"),
        "claim": at("/claim"),
        "my orders, asked for": at("/mine"),
        "my orders": lambda page: _mine(page, site, delivered),
        "glossary": at("/glossary?q=customs"),
        "reason": at("/glossary/reasons/customs.duties_due"),
        "code": at("/glossary/codes/usps/02"),
    }


def _gone(site: Stage) -> str:
    """A link to an order that is not kept any more."""
    shop_id = site.orders()[0].facts.shop_id
    return str(site.call(make_link(site.milepost.app, shop_id=shop_id, order_number="gone")))


def given(page: Page, html: str, address: str) -> None:
    """A page of another world, as its site makes it; nothing is heard of it."""
    page.route("**/live", lambda route: route.fulfill(content_type="text/event-stream", body=""))
    page.route("**/quiet", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto(address)


def _lost(page: Page, address: str) -> None:
    """No news comes for longer than a page waits."""
    page.clock.install()
    page.route("**/live", lambda route: route.abort())
    page.goto(address)
    page.clock.fast_forward(LOST_MS)


def _printed(page: Page, address: str) -> None:
    page.emulate_media(media="print")
    page.goto(address)


def _ask_code(page: Page, site: Stage) -> None:
    page.goto(f"{site.url}/passcode")
    page.locator("[name=order]").fill("580000000000000000")
    page.locator("main form button").click()


def _too_often(page: Page, site: Stage) -> None:
    """Somebody behind the proxy guessed too often before."""

    async def guess() -> None:
        app = site.milepost.app
        async with app.store.transaction() as tx:
            for number in range(CLIENT_MAX):
                try:
                    await count_try(tx, app, f"look-up:test-{number}", GUESSER)
                except TooManyGuessesError:
                    return

    site.call(guess())
    page.set_extra_http_headers({"X-Forwarded-For": GUESSER})
    page.goto(f"{site.url}/")
    page.locator("[name=order]").fill("580000000000000000")
    page.locator("[name=factor]").fill("10001")
    page.locator("main form button").first.click()


def _broken(page: Page, site: Stage, language: str) -> None:
    """The page of a fault of ours, as the site makes it."""

    @get("/broken", include_in_schema=False)
    async def broken() -> None:
        raise RuntimeError("planted by a test")

    inside = build(site.milepost.app, site.milepost.counters)
    inside.register(broken)
    answer = site.call(ask(inside, "GET", "/broken", cookie=f"lang={language}"))
    page.route(
        "**/broken",
        lambda route: route.fulfill(status=answer.status, content_type="text/html", body=answer.text),
    )
    page.goto(f"{site.url}/broken")


def _mine(page: Page, site: Stage, row: OrderRow) -> None:
    """Through a link that was mailed to the address of an order."""
    app, contact = site.milepost.app, site.contact(row)

    async def link() -> str:
        async with app.store.transaction() as tx:
            until = app.clock.now() + timedelta(days=1)
            return await new_contact_link(tx, address=contact.email or "", until=until)

    page.goto(f"{site.url}/mine/{site.call(link())}")
