"""A world of a few parcels and orders made by hand, and clients that talk to the servers over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from milepost_sandbox.clock import WorldClock
from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.options import DEFAULT_OPTIONS, ServerOptions
from milepost_sandbox.servers.tiktok_shop.signing import request_sign
from milepost_sandbox.world.places import local, place_named
from milepost_sandbox.world.words import (
    SITUATIONS,
    Buyer,
    Credentials,
    Eta,
    Order,
    OrderMoment,
    PackageMoment,
    Parcel,
    Shop,
    Step,
    Unit,
)
from milepost_sandbox.world.world import World

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MEMPHIS = place_named("Memphis", "US")
LEIPZIG = place_named("Leipzig", "DE")
AUSTIN = place_named("Austin", "US")
NUMBERS = {
    "ups": "1Z5R89390357567127",
    "fedex": "986578788855",
    "usps": "9400111206206406260787",
    "dhl": "3318810025",
    "royal_mail": "RB123456785GB",
    "la_poste": "6A12345678901",
    "canada_post": "1023210039414603",
    "australia_post": "7XX1000634011427",
    "yanwen": "UH123456785YP",
    "other": "UUS123456789012",
}
KEYS = Credentials(
    tiktok_app_key="demoappkey",
    tiktok_app_secret="demo_app_secret_0123456789abcdef",
    tiktok_service_id="7512345678",
    tiktok_auth_codes={"7490000000000000001": "code-one", "7490000000000000002": "code-two"},
    ups_client_id="ups-id",
    ups_client_secret="ups-secret",
    fedex_client_id="fedex-id",
    fedex_client_secret="fedex-secret",
    usps_client_id="usps-id",
    usps_client_secret="usps-secret",
    dhl_api_key="dhl-key",
    royal_mail_client_id="royal-mail-id",
    royal_mail_client_secret="royal-mail-secret",
    yanwen_client_id="yanwen-id",
    la_poste_api_key="la-poste-key",
    canada_post_client_id="canada-id",
    canada_post_client_secret="canada-secret",
    australia_post_api_key="australia-key",
    australia_post_client_secret="australia-password",
    australia_post_account="0001234567",
)


def shop(number: int = 1, region: str = "US") -> Shop:
    return Shop(
        shop_id=f"749000000000000000{number}",
        name="Example Mugs",
        region=region,
        cipher=f"ROW_cipher-{number}",
        code="USEXAMPLE01",
        app_key=KEYS.tiktok_app_key,
        app_secret=KEYS.tiktok_app_secret,
        seller_type="LOCAL",
        warehouse_id="7395000000000000031",
        warehouse=MEMPHIS,
    )


def step(hours: float, situation: str, place: Any = AUSTIN, *, seconds: int = 17, **detail: str) -> Step:
    at = START + timedelta(hours=hours, seconds=seconds)
    at = local(at, place) if place else at
    return Step(
        key=f"s{hours}-{situation}",
        at=at,
        situation=situation,
        place=place,
        detail=detail,
        published_at=at.astimezone(UTC),
    )


def parcel(
    carrier: str, steps: Sequence[Step], *, key: str = "p1", service: str = "ground", **changes: Any
) -> Parcel:
    made = Parcel(
        key=key,
        carrier=carrier,
        provider_name={"other": "UniUni", "dhl": "DHL Express"}.get(carrier, carrier.upper()),
        provider_id="7117000000000000021",
        tracking_number=NUMBERS[carrier],
        service=service,
        origin=MEMPHIS,
        destination=AUSTIN,
        label_at=steps[0].at.astimezone(UTC),
        steps=tuple(replace(one, key=f"{key}/{one.key}") for one in steps),
        eta=(
            Eta(
                known_at=START,
                from_at=START + timedelta(days=3),
                to_at=START + timedelta(days=3, hours=4),
                kind="estimated",
            ),
        ),
        order_ids=("580000000000000001",),
        package_id="1150000000000000001",
        ship_date=date(2026, 1, 5),
        weight_g=640,
        story="ground",
        marketplace_tracked=False,
    )
    return replace(made, **changes)


def whole_story(carrier: str, **changes: Any) -> Parcel:
    """A parcel to which everything happens once, three hours apart, alternately in Austin and Leipzig."""
    places = (AUSTIN, LEIPZIG)
    steps = [step(3 * n, situation, places[n % 2]) for n, situation in enumerate(SITUATIONS)]
    return parcel(carrier, steps, **changes)


def order(
    parcels: Sequence[Parcel], *, number: int = 1, moments: Sequence[OrderMoment] = (), **changes: Any
) -> Order:
    order_id = f"58{number:016d}"
    created = START - timedelta(hours=3)
    buyer = Buyer(
        user_id="7494000000000000321",
        name="Ada Sample",
        email="q7Zp0A@chat.example.invalid",
        phone="(+1)5125550199",
        address_lines=("12 Invented Way", "Suite 4"),
        postal_code="78701",
        city="Austin",
        region="TX",
        country="US",
    )
    units = tuple(
        Unit(
            line_item_id=f"{order_id[:12]}10000{n}",
            product_id="1729000000000000101",
            sku_id=f"172900000000000020{n}",
            title="Stoneware mug",
            variant="Blue, 300 ml",
            seller_sku="MUG-BLUE-300",
            price="14",
            package_id=one.package_id,
        )
        for n, one in enumerate(parcels)
    )
    rts = max((one.label_at for one in parcels), default=None)
    later = {f"{name}": START + timedelta(days=n) for n, name in enumerate(CLOCKS, start=1)}
    made = Order(
        order_id=order_id,
        shop_id="7490000000000000001",
        created_at=created,
        paid_at=created + timedelta(minutes=1),
        hold=True,
        units=units,
        parcels=tuple(parcels),
        buyer=buyer,
        shipping_type="SELLER",
        delivery_option="Standard Shipping",
        delivery_option_id="7091000000000000011",
        region="US",
        story="ground",
        moments=tuple(moments)
        or (
            OrderMoment(at=created, status="UNPAID"),
            OrderMoment(at=created + timedelta(minutes=1), status="ON_HOLD"),
            OrderMoment(at=created + timedelta(hours=1), status="AWAITING_SHIPMENT"),
            OrderMoment(at=START, status="AWAITING_COLLECTION"),
        ),
        package_moments=(PackageMoment(at=START, package_ids=tuple(p.package_id for p in parcels)),)
        if parcels
        else (),
        rts_at=rts,
        collected_at=None,
        delivered_at=None,
        cancel_requested_at=None,
        cancelled_at=None,
        cancel_reason="",
        split_or_combine="SPLIT" if len(parcels) > 1 else "",
        address_changed_at=None,
        **later,
    )
    return replace(made, **changes)


CLOCKS = (
    "rts_sla",
    "tts_sla",
    "delivery_sla",
    "delivery_option_required",
    "shipping_due",
    "collection_due",
    "delivery_due",
)


def world(*parcels: Parcel, orders: Sequence[Order] = (), at: datetime = START, shops: int = 2) -> World:
    known = {one.key: one for one in (*parcels, *(p for o in orders for p in o.parcels))}
    return World(
        seed=7,
        clock=WorldClock(at),
        shops=tuple(shop(n) for n in range(1, shops + 1)),
        orders=tuple(orders),
        parcels=tuple(known.values()),
    )


def served_by(
    platform: Any, the_world: World, faults: Faults | None = None, options: ServerOptions = DEFAULT_OPTIONS
) -> httpx.AsyncClient:
    """A client whose every request goes to a fresh server of this platform."""
    app = platform.app(the_world, faults or Faults(7), KEYS, options)
    return client_of(app)


def client_of(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sandbox")


class Seller:
    """A TikTok Shop client that signs as the reference says; `token` and `cipher` are set by `connect`."""

    def __init__(self, app: Any, the_world: World, shop_number: int = 1) -> None:
        self.app = app
        self.world = the_world
        self.http = client_of(app)
        self.shop_id = f"749000000000000000{shop_number}"
        self.cipher = f"ROW_cipher-{shop_number}"
        self.token = ""
        self.refresh_token = ""

    async def connect(self) -> dict[str, Any]:
        query = {"auth_code": KEYS.tiktok_auth_codes[self.shop_id], "grant_type": "authorized_code"}
        answer = await self.ask_for_token("get", query)
        self.token = answer["data"]["access_token"]
        self.refresh_token = answer["data"]["refresh_token"]
        return answer

    async def ask_for_token(self, call: str, query: dict[str, str]) -> dict[str, Any]:
        keys = {"app_key": KEYS.tiktok_app_key, "app_secret": KEYS.tiktok_app_secret}
        answer = await self.http.get(f"/api/v2/token/{call}", params=keys | query)
        return answer.json()

    async def call(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        cipher: bool = True,
        changed: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One signed call; `changed` replaces or (as "") drops query parameters after the signing."""
        parameters = {
            "app_key": KEYS.tiktok_app_key,
            "timestamp": str(int(self.world.now().timestamp())),
            **({"shop_cipher": self.cipher} if cipher else {}),
            **(query or {}),
        }
        sign = request_sign(KEYS.tiktok_app_secret, path, parameters.items(), body, "application/json")
        parameters |= {"sign": sign} | (changed or {})
        sent = {name: value for name, value in parameters.items() if value}
        given = {"content-type": "application/json", "x-tts-access-token": self.token}
        return await self.http.request(
            method, path, params=sent, content=body, headers=given | (headers or {})
        )

    async def data(
        self, method: str, path: str, query: dict[str, str] | None = None, body: bytes = b""
    ) -> Any:
        """The `data` of a successful call."""
        answer = (await self.call(method, path, query, body)).json()
        assert answer["code"] == 0, answer
        return answer["data"]
