"""Where a webhook may go: which spellings of an address we take, and which machines we never talk to.

The check is on the *resolved* address, and we then connect to that very address (reliability.md finding 7):
a name that resolves to a public machine when it is checked and to ours when it is called (rebinding) gains
nothing. The list of denied networks is our own, because `ipaddress.is_global` calls several of them public.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

URL_LENGTH_MAX = 2_000
PORTS_DENIED = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103}
    | {104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512}
    | {513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 993, 995, 1719, 1720, 1723}
    | {2049, 2379, 3306, 3389, 3659, 4045, 4222, 5060, 5061, 5432, 5900, 6000, 6379, 6566, 6665, 6666, 6667}
    | {6668, 6669, 6697, 9042, 9200, 10080, 11211, 27017}
)
"""Ports on which no web server answers, but something that may take a request for a command."""

DENIED: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        # RFC 6890 and the IANA registries of special-purpose addresses.
        "0.0.0.0/8",  # this machine
        "10.0.0.0/8",
        "100.64.0.0/10",  # a provider's own network; some clouds keep their metadata here
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # one cloud's own wire server, although the address is public
        # Every IPv6 address outside 2000::/3 is refused below; these are inside.
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",
        "3fff::/20",
        "3ffe::/16",
    )
)
GLOBAL_6 = IPv6Network("2000::/3")
HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
INNER_NAMES = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "localdomain",
)

Address = IPv4Address | IPv6Address


class AddressError(ValueError):
    """A webhook cannot go there; the text is one sentence for its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a webhook goes, taken apart."""

    scheme: str
    host: str  # ASCII, lower case, without brackets
    port: int
    path: str  # with its query


def target_of(url: str, *, may_be_private: bool) -> Target:
    """A webhook's address taken apart. Raises AddressError for one we do not send to.

    `may_be_private` is the operator's setting for development: http, any port and this machine.
    """
    if len(url) > URL_LENGTH_MAX:
        raise AddressError(f"url: {len(url)} characters; at most {URL_LENGTH_MAX}")
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise AddressError("url: write it in ASCII, without blanks (a foreign host name in its xn-- form)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError("url: it cannot be read; write https://host/path") from error
    if parts.scheme not in (("http", "https") if may_be_private else ("https",)):
        raise AddressError("url: it must begin with https://")
    if "@" in parts.netloc or parts.fragment or url.endswith("#"):
        raise AddressError("url: leave user, password and #fragment out")
    if parts.netloc.endswith(":"):
        raise AddressError("url: the port is missing after the colon")
    port = (443 if parts.scheme == "https" else 80) if port is None else port
    if not may_be_private and (port in PORTS_DENIED or port == 0):
        raise AddressError(f"url: port {port} is not a web server's")
    host = _host(parts, may_be_private=may_be_private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=host, port=port, path=path)


def why_denied(address: str) -> str | None:
    """Why we never connect to this resolved address, or None when it is a public machine's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "it is not an address"
    if "%" in address:
        return "it is bound to one of our own interfaces"
    return _why_denied(found)


def _why_denied(found: Address) -> str | None:
    """Mapped, compatible, NAT64, link-local, site-local and multicast ones all lie outside 2000::/3."""
    if isinstance(found, IPv6Address) and (found not in GLOBAL_6 or _is_tunnel(found)):
        return "it is not a public address"
    if any(found.version == network.version and found in network for network in DENIED):
        return "it is not a public address"
    return None


def _is_tunnel(found: IPv6Address) -> bool:
    """ISATAP: an IPv4 address in the lower half, that a machine with such an interface would call."""
    return (int(found) >> 32) & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE)


def _host(parts: SplitResult, *, may_be_private: bool) -> str:
    """The host name or address. Names that look like a number are refused, whatever they would resolve to."""
    host = (parts.hostname or "").lower()
    if not host:
        raise AddressError("url: the host is missing")
    if "[" in parts.netloc or ":" in host:
        return _six(host, may_be_private=may_be_private)
    if host.endswith("."):
        raise AddressError("url: leave the dot after the host out")
    if not HOST.fullmatch(host) or len(host) > 253:
        raise AddressError("url: that is not a host name")
    last = host.rpartition(".")[2]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        return _four(host, may_be_private=may_be_private)
    if not may_be_private and ("." not in host or host.endswith(tuple(f".{one}" for one in INNER_NAMES))):
        raise AddressError("url: that host is not on the public internet")
    return host


def _four(host: str, *, may_be_private: bool) -> str:
    """Four plain decimal numbers, as everybody reads them: no octal, no hexadecimal, no short forms."""
    try:
        found = IPv4Address(host)
    except ValueError as error:
        raise AddressError("url: write an address as four decimal numbers") from error
    return _public(found, may_be_private=may_be_private)


def _six(host: str, *, may_be_private: bool) -> str:
    try:
        found = IPv6Address(host)
    except ValueError as error:
        raise AddressError("url: that is not an IPv6 address") from error
    if found.scope_id is not None:
        raise AddressError("url: leave the zone (%…) out")
    return _public(found, may_be_private=may_be_private)


def _public(found: Address, *, may_be_private: bool) -> str:
    if not may_be_private and (why := _why_denied(found)):
        raise AddressError(f"url: we do not send there: {why}")
    return str(found)
