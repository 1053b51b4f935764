"""Carriers as they push: bodies from the folders' samples, each proved in its carrier's own way."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import milepost
from milepost.settings import CarrierAccess, Settings, Web

CARRIERS = Path(milepost.__file__).parent / "sources/carriers"
CLIENT_ID = "client-id-0001"
SECRET = "s3cret-of-32-letters-and-digits0"
FORMER = "former-of-32-letters-and-digits0"
NUMBERS = {
    "ups": "1Z5R89390357567127",
    "fedex": "986578788855",
    "usps": "9400136895239000000013",
    "dhl": "3318810025",
}
PUSHING = tuple(NUMBERS)


def access(**more):
    """Keys, and pushes switched on."""
    return CarrierAccess(client_id=CLIENT_ID, client_secret="x", push=True, push_secret=SECRET, **more)


def pushing_settings(**more):
    """Every carrier that pushes, switched on."""
    web = Web(public_url="https://track.example.com")
    return Settings(web=web, carriers={key: access() for key in PUSHING}, log_level="warning", **more)


def sample(carrier, name="push"):
    """The sample push, as bytes."""
    return (CARRIERS / carrier / "samples" / f"{name}.json").read_bytes()


def pushed(carrier, at, *, body=None, secret=SECRET):
    """(headers, body) of a push as the carrier sends it at that moment."""
    body = sample(carrier) if body is None else body
    if carrier == "usps":
        told = json.loads(body)
        told["timestamp"] = at.astimezone(UTC).isoformat()
        return usps_headers(told, secret), json.dumps(told).encode()
    return proof(carrier, body, secret), body


def proof(carrier, body, secret=SECRET):
    """The headers that prove these bytes, whatever they are."""
    if carrier == "ups":
        return {"credential": secret, "User-Agent": "UPSPubSubTrackingService"}
    if carrier == "fedex":
        return {"fdx-signature": signature(body, secret)}
    if carrier == "dhl":
        return {"X-Milepost-Push": secret}
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    return usps_headers(told if isinstance(told, dict) else {}, secret)


def usps_headers(told, secret):
    parts = (told.get("timestamp"), told.get("payload"))
    message = "".join(part for part in parts if isinstance(part, str))
    return {"X-HMAC": signature(message.encode("utf-8", "surrogatepass"), secret)}


def signature(message, secret):
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def at(text):
    return datetime.fromisoformat(text)
