"""Where a question comes from, to count guesses by: an address, or a network of them that one person has."""

from ipaddress import IPv6Network, ip_address

from milepost.show.looks import AnyRequest, app_of

ONE_CONNECTION = 64
"""Bits of an IPv6 address that are given out together: whoever has one has all that begin like it."""


def client_of(request: AnyRequest) -> str:
    """Empty when nobody says: the proxy in front named no one, and its own address is everybody's.

    uvicorn believes `X-Forwarded-For` of the proxies in `web.proxies` and of nobody else.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if host in app_of(request).settings.web.proxies or address.is_loopback:
        return ""
    if address.version == 4:
        return host
    return str(IPv6Network((int(address), ONE_CONNECTION), strict=False).network_address)
