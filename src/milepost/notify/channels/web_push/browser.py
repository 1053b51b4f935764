"""Where one browser is reached: its push service's address and the two keys that seal a message for it."""

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from milepost.notify.webhooks.address import Target, target_of

PART = re.compile(r"[A-Za-z0-9_-]{1,100}={0,2}")
PUBLIC_BYTES, AUTH_BYTES = 65, 16
NOT_ONE = "that is not what a browser tells of itself; switch notifications on again on this page"


class BrowserError(ValueError):
    """It cannot be reached that way; the text is for the buyer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One subscription of the Push API, taken apart."""

    url: str
    public_key: bytes  # its point on P-256, uncompressed
    auth: bytes

    def target(self, *, may_be_private: bool) -> Target:
        """Its push service, taken apart. Raises AddressError."""
        return target_of(self.url, may_be_private=may_be_private)


def browser_of(address: str) -> Browser:
    """`URL P256DH AUTH`, as the page's module writes it and subscriptions keep it. Raises BrowserError."""
    parts = address.split(" ")
    if len(parts) != 3 or not all(PART.fullmatch(part) for part in parts[1:]):
        raise BrowserError(NOT_ONE)
    public_key, auth = (unarmored(part) for part in parts[1:])
    if len(public_key) != PUBLIC_BYTES or len(auth) != AUTH_BYTES:
        raise BrowserError(NOT_ONE)
    try:  # a point beside the curve would tell its sender something about our keys
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)
    except ValueError as error:
        raise BrowserError(NOT_ONE) from error
    return Browser(url=parts[0], public_key=public_key, auth=auth)


def armored(plain: bytes) -> str:
    """URL-safe base64 without its filling, as everything about web push is written."""
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def unarmored(text: str) -> bytes:
    """The other way. Raises BrowserError."""
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError) as error:
        raise BrowserError(NOT_ONE) from error
