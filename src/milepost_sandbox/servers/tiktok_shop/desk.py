"""What TikTok Shop's server answers once a call was admitted, one method for each endpoint."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from milepost_sandbox.servers.answers import Answer, retry_after
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.servers.telling import disturbed
from milepost_sandbox.servers.tiktok_shop import envelope, orders, packages, rows
from milepost_sandbox.servers.tiktok_shop.authority import Authority
from milepost_sandbox.servers.tiktok_shop.envelope import Envelopes, Refusal
from milepost_sandbox.servers.tiktok_shop.gate import Admitted, Gate
from milepost_sandbox.servers.tiktok_shop.search import Search
from milepost_sandbox.servers.tiktok_shop.webhooks import WebhookSender
from milepost_sandbox.world.words import Credentials, FaultsLike, Order, Shop, WorldLike

IDS_MAX: Final = 50
ADDRESS_CHARACTERS_MAX: Final = 255
EVENT_TYPE: Final = re.compile(r"[A-Z_]{3,60}")
PLATFORM_COLLECTED_REGIONS: Final = frozenset({"ID", "TH", "VN", "MY", "PH", "SG", "GB"})
"""Where the platform collects parcels itself, so that logistics tracking 202604 answers."""
LOGISTICS_EVERY: Final = timedelta(hours=8)
LOGISTICS_READS_MAX: Final = 100_000
TOKEN_PATHS: Final = frozenset({"/api/v2/token/get", "/api/v2/token/refresh"})
Told = tuple[Answer, tuple[str, ...]]


class Desk:
    """What the handlers know, and what they answer once a call was admitted."""

    def __init__(
        self, world: WorldLike, faults: FaultsLike, credentials: Credentials, options: ServerOptions
    ) -> None:
        self.world = world
        self.credentials = credentials
        self.envelopes = Envelopes(world)
        self.authority = Authority(
            world,
            credentials,
            scopes=options.tiktok_scopes,
            rotating=options.rotating_refresh_tokens,
        )
        self.gate = Gate(world, credentials, self.authority)
        self.webhooks = WebhookSender(
            world,
            faults,
            app_key=credentials.tiktok_app_key,
            app_secret=credentials.tiktok_app_secret,
            timeout_s=options.webhook_timeout_s,
        )
        self._faults = faults
        self._rows = rows.OrderRows(faults)
        self._options = options
        self._search = Search(world, options)
        self._logistics_read: OrderedDict[str, datetime] = OrderedDict()
        self._providers = {parcel.provider_id: parcel.provider_name for parcel in world.parcels}
        self._options_of_shop: dict[str, dict[str, str]] = {}
        for order in world.orders:
            offered = self._options_of_shop.setdefault(order.shop_id, {})
            offered[order.delivery_option_id] = order.delivery_option

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        return self.envelopes.refuse(envelope.RATE_LIMITED, *retry_after(retry_after_s))

    def server_error(self, variant: int) -> Answer:
        """One of the envelope's errors, or an overloaded front that answers in HTML."""
        if variant % 4 == 3:
            body = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
            return Answer(status=503, body=body, media_type="text/html")
        return self.envelopes.refuse(envelope.TROUBLES[variant % 4])

    def is_token_call(self, path: str) -> bool:
        return path in TOKEN_PATHS

    def end_token(self, headers: dict[str, str]) -> None:
        self.authority.end(headers.get("x-tts-access-token", ""))

    def shops(self, admitted: Admitted) -> Answer:
        """The authorized shops and their ciphers (tiktok-shop.md §1.5)."""
        shop = admitted.shop
        listed = {
            "id": shop.shop_id,
            "name": shop.name,
            "region": shop.region,
            "seller_type": shop.seller_type,
            "cipher": shop.cipher,
            "code": shop.code,
        }
        return self.envelopes.ok({"shops": [listed]})

    def search_orders(self, admitted: Admitted) -> Answer:
        """One page of order search."""
        call = admitted.call
        return self._data(self._search.orders(admitted.shop, call.parameters, call.body))

    def search_packages(self, admitted: Admitted) -> Answer:
        """One page of package search."""
        call = admitted.call
        return self._data(self._search.packages(admitted.shop, call.parameters, call.body))

    def order_detail(self, admitted: Admitted, view: orders.View) -> Answer:
        """Up to 50 orders; one that is not this seller's fails them all."""
        ids = [ident for ident in admitted.parameters.get("ids", "").split(",") if ident]
        if not 0 < len(ids) <= IDS_MAX:
            return self.envelopes.refuse(envelope.BAD_VALUES)
        found = [self._order(ident, admitted.shop) for ident in dict.fromkeys(ids)]
        own = [order for order in found if order is not None]
        if len(own) < len(found):
            return self.envelopes.refuse(envelope.NOT_YOURS)
        now, masking = self.world.now(), self._options.masking
        shown = [orders.shown(order, admitted.shop, now, masking, view) for order in own]
        return self.envelopes.ok({"orders": shown})

    def package_detail(self, admitted: Admitted, package_id: str) -> Answer:
        """One package, also one that was regrouped since."""
        now, shop = self.world.now(), admitted.shop
        sharing = [order for order in self._search.sharing(package_id, now) if order.shop_id == shop.shop_id]
        past = [moment for order in sharing for moment in order.package_moments if moment.at <= now]
        if not any(package_id in moment.package_ids for moment in past):
            return self.envelopes.refuse(envelope.NOT_YOURS)
        return self.envelopes.ok(packages.detail(sharing, package_id, shop, now, self._options.masking))

    def tracking(self, admitted: Admitted, order_id: str) -> Told:
        """Get Tracking: the order's rows, newest first (tiktok-shop.md §4.3)."""
        order = self._order(order_id, admitted.shop)
        if order is None:
            return self.envelopes.refuse(envelope.NOT_YOURS), ()
        told = self._rows.newest_first(order, self.world.now())
        listed = disturbed(self._faults, rows.SOURCE, [row.telling for row in told])
        answer = self.envelopes.ok({"tracking": [telling.row for telling in listed]})
        return answer, tuple(telling.step.key for telling in listed)

    def logistics_tracking(self, admitted: Admitted, order_id: str) -> Told:
        """Logistics tracking 202604: platform-collected orders only, once in eight hours (§4.4)."""
        order = self._order(order_id, admitted.shop)
        if order is None:
            return self.envelopes.refuse(envelope.NOT_YOURS), ()
        if not is_platform_collected(order):
            return self.envelopes.refuse(envelope.UNSUPPORTED_SCENARIO), ()
        now = self.world.now()
        read_at = self._logistics_read.get(order_id)
        if read_at is not None and now - read_at < LOGISTICS_EVERY:
            return self.envelopes.refuse(envelope.BUSY), ()
        self._logistics_read[order_id] = now
        while len(self._logistics_read) > LOGISTICS_READS_MAX:
            self._logistics_read.popitem(last=False)
        told = self._rows.newest_first(order, now)
        parcel = order.parcels[0]
        number = parcel.tracking_number if packages.is_shipped(parcel, now) else ""
        track = [
            {"action_code": None, **row.telling.row, "action_code_name": row.name, "tracking_no": number}
            for row in told
        ]
        detail = {"newest_tracking_no": number, "carrier_name": parcel.provider_name, "track_list": track}
        answer = self.envelopes.ok({"order_id": order_id, "logistics_details": [detail]})
        return answer, tuple(row.telling.step.key for row in told)

    def providers(self, admitted: Admitted) -> Answer:
        """All shipping providers; the sandbox offers the same ones for every delivery option."""
        listed = [{"id": ident, "name": name} for ident, name in sorted(self._providers.items())]
        return self.envelopes.ok({"shipping_providers": listed})

    def delivery_options(self, admitted: Admitted) -> Answer:
        """The delivery options this shop's orders were placed with."""
        options = self._options_of_shop.get(admitted.shop.shop_id, {})
        listed = [
            {"id": ident, "name": name, "type": "STANDARD", "description": "", "platform": ["TIKTOK_SHOP"]}
            for ident, name in sorted(options.items())
        ]
        return self.envelopes.ok({"delivery_options": listed})

    def warehouses(self, admitted: Admitted) -> Answer:
        """The shop's one warehouse."""
        return self.envelopes.ok({"warehouses": [_warehouse(admitted.shop)]})

    def webhook_list(self, admitted: Admitted) -> Answer:
        """The shop's registered addresses."""
        listed = self.webhooks.registrations(admitted.shop.shop_id)
        return self.envelopes.ok({"webhooks": listed, "total_count": len(listed)})

    def webhook_put(self, admitted: Admitted) -> Answer:
        """Register an address. The real platform takes https and host names only; loopback has neither."""
        asked = _members(admitted.call.body)
        event_type, address = asked.get("event_type", ""), asked.get("address", "")
        is_url = address.startswith(("http://", "https://")) and len(address) <= ADDRESS_CHARACTERS_MAX
        if not EVENT_TYPE.fullmatch(event_type) or not is_url:
            return self.envelopes.refuse(envelope.BAD_VALUES)
        self.webhooks.register(admitted.shop.shop_id, event_type, address)
        return self.envelopes.ok({})

    def webhook_delete(self, admitted: Admitted) -> Answer:
        """Forget an address; twice is as good as once."""
        event_type = _members(admitted.call.body).get("event_type", "")
        self.webhooks.unregister(admitted.shop.shop_id, event_type)
        return self.envelopes.ok({})

    def consent_page(self, state: str) -> Answer:
        """What the seller's browser would bring back: a fresh code for each shop."""
        links = "".join(
            f"<li>{shop.shop_id} {shop.name}: <code>code={self.authority.new_code(shop.shop_id)}</code></li>"
            for shop in self.world.shops
        )
        safe = re.sub(r"[^0-9A-Za-z_.-]", "", state)
        page = f"<html><body><h1>Authorize</h1><p><code>state={safe}</code></p><ul>{links}</ul></body></html>"
        return Answer(status=200, body=page.encode(), media_type="text/html; charset=utf-8")

    def _order(self, order_id: str, shop: Shop) -> Order | None:
        """The placed order, if it is this shop's."""
        order = self.world.order(order_id)
        is_own = order is not None and order.shop_id == shop.shop_id
        return order if is_own and order and order.status_at(self.world.now()) else None

    def _data(self, found: dict[str, Any] | Refusal) -> Answer:
        return self.envelopes.refuse(found) if isinstance(found, Refusal) else self.envelopes.ok(found)


def is_platform_collected(order: Order) -> bool:
    """Whether the platform collects and tracks the parcel itself; such orders have one package here."""
    return (
        order.shipping_type == "TIKTOK"
        and order.region in PLATFORM_COLLECTED_REGIONS
        and len(order.parcels) == 1
    )


def _members(body: bytes) -> dict[str, str]:
    try:
        return msgspec.json.decode(body, type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def _warehouse(shop: Shop) -> dict[str, Any]:
    place = shop.warehouse
    return {
        "id": shop.warehouse_id,
        "entity_id": shop.shop_id,
        "name": place.facility,
        "effect_status": "ENABLED",
        "type": "SALES_WAREHOUSE",
        "sub_type": "DOMESTIC_WAREHOUSE",
        "is_default": True,
        "address": {
            "region": place.country,
            "state": place.region,
            "city": place.city,
            "distict": "",  # spelled so in the interface
            "town": "",
            "contact_person": shop.name,
            "postal_code": place.postal_code,
            "full_address": f"1 Kiln Yard, {place.city}, {place.region} {place.postal_code}",
            "region_code": place.country,
            "phone_number": "(+1)5550100100",
            "address_line1": "1 Kiln Yard",
            "geolocation": {"latitude": f"{place.lat}", "longitude": f"{place.lon}"},
        },
    }
