"""Where each call lives. Versions are per call and change by the month, so each stands alone (§2.1, §4.8)."""

from urllib.parse import quote

TOKEN_GET = "/api/v2/token/get"  # noqa: S105 - a path
TOKEN_REFRESH = "/api/v2/token/refresh"  # noqa: S105 - a path
SHOPS = "/authorization/202309/shops"
ORDER_SEARCH = "/order/202309/orders/search"
ORDER_DETAIL = ("/order/202507/orders", "/order/202309/orders")
"""The newer one first; the older has the same members that matter to us and is still widely used (§3.2)."""


def package_detail(package_id: str) -> str:
    """Path of one package (§4.1)."""
    return f"/fulfillment/202309/packages/{_part(package_id)}"


def order_tracking(order_number: str) -> str:
    """Path of Get Tracking (§4.3); needs the scope `seller.logistics`."""
    return f"/fulfillment/202309/orders/{_part(order_number)}/tracking"


def logistics_tracking(order_number: str) -> str:
    """Path of the newer logistics tracking (§4.4): platform-collected parcels only, once in 8 h per order."""
    return f"/logistics/202604/orders/{_part(order_number)}/tracking"


def shipping_providers(delivery_option_id: str) -> str:
    """Path of the carriers one delivery option may use (§4.5)."""
    return f"/logistics/202309/delivery_options/{_part(delivery_option_id)}/shipping_providers"


def _part(identifier: str) -> str:
    """An id as one part of a path: the path is signed exactly as it is sent."""
    return quote(identifier, safe="")
