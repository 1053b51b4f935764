"""A push service with browsers behind it: checks who sends, opens what was sealed, shows what a device would.

The checks are RFC 8292's, the seal is RFC 8291's. `POST /subscribe` makes a browser that takes messages from
the key in the body, and answers as a browser tells of itself; `POST /end` makes it go away. Messages come to
`POST /push/ID`. `POST /plan` says how it behaves.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import string
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from milepost_sandbox.servers.receivers.listener import Reply, Request, json_reply
from milepost_sandbox.servers.receivers.plan import Plan, PlanError, reply_of

BODY_BYTES_MAX: Final = 4096
TTL_S_MAX: Final = 28 * 86_400
DAY_S: Final = 86_400
TOPIC_MAX: Final = 32
TOPIC_LETTERS: Final = frozenset(string.ascii_letters + string.digits + "-_")
URGENCIES: Final = ("very-low", "low", "normal", "high")
BROWSERS_MAX: Final = 10_000
KEPT_MAX: Final = 100_000
SHOWN_MAX: Final = 5_000
CURVE: Final = ec.SECP256R1()


class _RefusedError(Exception):
    """Status and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One message that was taken, opened."""

    browser: str
    topic: str
    urgency: str
    ttl_s: int
    news: dict[str, Any]


@dataclass(slots=True)
class Device:
    """One browser: its keys, and what stands on its screen, by tag."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes
    sender: str  # whose messages it takes, as URL-safe base64
    waiting: dict[str, Push] = field(default_factory=dict)  # by topic, while it sleeps
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    sounds: int = 0
    asleep: bool = False


class PushReceiver:
    """Handles requests for a `listening` server."""

    def __init__(self) -> None:
        self._plan = Plan()
        self.devices: dict[str, Device] = {}
        self.pushes: list[Push] = []
        self.refused: list[str] = []

    def plan(self, words: Iterable[str]) -> None:
        """How it behaves from now on. Raises PlanError."""
        self._plan = Plan(words)

    def subscribe(self, url: str, sender: str) -> tuple[str, str]:
        """A new browser behind this service at `url`: its id, and what it tells as `URL P256DH AUTH`."""
        if len(self.devices) >= BROWSERS_MAX:
            raise PlanError(f"{BROWSERS_MAX} browsers are enough")
        name = secrets.token_urlsafe(24)
        device = Device(key=ec.generate_private_key(CURVE), auth=secrets.token_bytes(16), sender=sender)
        self.devices[name] = device
        return name, f"{url}/push/{name} {_text(_point(device.key))} {_text(device.auth)}"

    def end(self, name: str) -> None:
        """Its owner took the permission back."""
        self.devices.pop(name, None)

    def wake(self, name: str) -> None:
        """It shows what came while it slept, the newest of each topic."""
        device = self.devices[name]
        device.asleep = False
        for push in device.waiting.values():
            _show(device, push)
        device.waiting.clear()

    async def __call__(self, request: Request) -> Reply:
        """One request to any of its addresses."""
        if request.method == "POST" and request.path.startswith("/push/"):
            return self._push(request)
        if (request.method, request.path) == ("GET", "/received"):
            return json_reply(200, self.summary())
        if request.method == "POST" and request.path in ("/subscribe", "/end", "/plan"):
            return self._lever(request)
        return json_reply(404, {"error": "there is no such address"})

    def summary(self) -> dict[str, Any]:
        """What was taken, newest first."""
        shown = [asdict(push) for push in reversed(self.pushes[-SHOWN_MAX:])]
        return {"messages": len(self.pushes), "refused": len(self.refused), "pushes": shown}

    def _lever(self, request: Request) -> Reply:
        form = request.form()
        try:
            if request.path == "/plan":
                self.plan(form.get("words", "").split())
            elif request.path == "/end":
                self.end(form.get("id", ""))
            else:
                url = f"http://{request.headers.get('host', '')}"
                name, address = self.subscribe(url, form.get("sender", ""))
                return json_reply(200, {"id": name, "address": address})
        except PlanError as error:
            return json_reply(400, {"error": str(error)})
        return json_reply(200, {})

    def _push(self, request: Request) -> Reply:
        word = self._plan.next()
        if word is not None and word != "kept_then_reset":
            return reply_of(word)
        device = self.devices.get(name := request.path.removeprefix("/push/"))
        if device is None:
            return Reply(status=410)
        try:
            push = _opened(request, name, device)
        except _RefusedError as error:
            status, why = error.args
            self.refused.append(why)
            return json_reply(status, {"error": why})
        if len(self.pushes) < KEPT_MAX:
            self.pushes.append(push)
        if device.asleep:
            device.waiting[push.topic or secrets.token_urlsafe(8)] = push
        else:
            _show(device, push)
        return reply_of(word) if word is not None else Reply(status=201, headers={"Location": "/message/1"})


def _show(device: Device, push: Push) -> None:
    """As the page's worker does: the tag replaces, and the same id makes no second sound."""
    tag = str(push.news.get("tag", ""))
    device.sounds += device.shown.get(tag, {}).get("id") != push.news.get("id")
    device.shown[tag] = push.news


def _opened(request: Request, name: str, device: Device) -> Push:
    """Raises _RefusedError with the status a push service would answer."""
    told = request.headers
    if len(request.body) > BODY_BYTES_MAX:
        raise _RefusedError(413, "body")
    ttl = told.get("ttl", "")
    if not ttl.isdecimal() or int(ttl) > TTL_S_MAX:
        raise _RefusedError(400, "ttl")
    topic = told.get("topic", "")
    if len(topic) > TOPIC_MAX or not set(topic) <= TOPIC_LETTERS:
        raise _RefusedError(400, "topic")
    if told.get("urgency", "normal") not in URGENCIES:
        raise _RefusedError(400, "urgency")
    if told.get("content-encoding") != "aes128gcm":
        raise _RefusedError(415, "content-encoding")
    _check_sender(told.get("authorization", ""), f"http://{told.get('host', '')}", device.sender)
    try:
        news = msgspec.json.decode(_unsealed(request.body, device), type=dict[str, Any])
    except (InvalidTag, ValueError, IndexError, msgspec.DecodeError) as error:
        raise _RefusedError(400, "sealed") from error  # a real one cannot tell; its browser drops it
    return Push(browser=name, topic=topic, urgency=told.get("urgency", "normal"), ttl_s=int(ttl), news=news)


def _check_sender(authorization: str, origin: str, sender: str) -> None:
    """`vapid t=JWT, k=KEY`, read anew: nothing of Milepost's own code is in here."""
    scheme, _, rest = authorization.partition(" ")
    given = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or given.get("k") != sender:
        raise _RefusedError(403, "key")
    try:
        head, claims, signature = given.get("t", "").split(".")
        raw = _bytes(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:64]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _bytes(given["k"]))
        key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        kind = msgspec.json.decode(_bytes(head), type=dict[str, str])
        said = msgspec.json.decode(_bytes(claims), type=dict[str, Any])
    except (ValueError, KeyError, InvalidSignature, msgspec.DecodeError) as error:
        raise _RefusedError(403, "signature") from error
    if kind.get("alg") != "ES256" or said.get("aud") != origin:
        raise _RefusedError(403, "audience")
    if not 0 < said.get("exp", 0) - time.time() <= DAY_S:
        raise _RefusedError(403, "expiry")
    if not str(said.get("sub", "")).startswith(("mailto:", "https:")):
        raise _RefusedError(403, "contact")


def _unsealed(body: bytes, device: Device) -> bytes:
    """One record of `aes128gcm`, as the browser opens it. Raises ValueError or InvalidTag."""
    salt, length = body[:16], body[20]
    theirs, record = body[21 : 21 + length], body[21 + length :]
    shared = device.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    about = b"WebPush: info\x00" + _point(device.key) + theirs
    secret = HKDF(SHA256(), 32, device.auth, about).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
    plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
    if plain[-1:] != b"\x02":
        raise ValueError("the record has no end")
    return plain[:-1]


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error
