"""A subscriber of webhooks: checks every signature with code of its own and counts each message once.

`POST /hooks/NAME` is one endpoint; every name is one. `POST /plan` says which secrets it accepts and how it
behaves, `GET /received` what it took.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from milepost_sandbox.servers.receivers.listener import Reply, Request, json_reply
from milepost_sandbox.servers.receivers.plan import Plan, PlanError, reply_of

TOLERANCE_S: Final = 300
KEPT_MAX: Final = 200_000
SHOWN_MAX: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request; `outcome` is `taken`, `again` (taken before), `refused: …` or the plan's word."""

    name: str
    message_id: str
    stamp: str
    outcome: str
    at_s: float = field(repr=False)  # monotonic
    body: bytes = field(repr=False, default=b"")

    @property
    def told(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found


@dataclass(slots=True)
class _Endpoint:
    secrets: tuple[str, ...] = ()
    plan: Plan = field(default_factory=Plan)
    taken: Counter[str] = field(default_factory=Counter)


class WebhookReceiver:
    """Handles requests for a `listening` server. `now` is the clock timestamps are compared with."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._endpoints: defaultdict[str, _Endpoint] = defaultdict(_Endpoint)
        self.heard: list[Heard] = []

    def plan(self, name: str, *, secrets: Iterable[str] | None = None, words: Iterable[str] = ()) -> None:
        """What this endpoint accepts and how it behaves from now on. Raises PlanError."""
        endpoint = self._endpoints[name]
        if secrets is not None:
            endpoint.secrets = tuple(secrets)
        endpoint.plan = Plan(words)

    def taken(self, name: str | None = None) -> Counter[str]:
        """How often each message was taken: more than once is what a receiver who does not look would do."""
        found: Counter[str] = Counter()
        for known, endpoint in self._endpoints.items():
            if name in (None, known):
                found += endpoint.taken
        return found

    async def __call__(self, request: Request) -> Reply:
        """One request to any of its addresses."""
        if request.method == "POST" and request.path.startswith("/hooks/"):
            return self._hook(request.path.removeprefix("/hooks/"), request)
        if request.method == "POST" and request.path == "/plan":
            return self._planned(request)
        if request.method == "GET" and request.path == "/received":
            return json_reply(200, self.summary())
        return json_reply(404, {"error": "no such address"})

    def summary(self) -> dict[str, Any]:
        """What came, newest first, and the counts."""
        shown = [
            {**asdict(one), "body": one.body.decode("utf-8", "replace")}
            for one in reversed(self.heard[-SHOWN_MAX:])
        ]
        counts = Counter(one.outcome.partition(":")[0] for one in self.heard)
        return {"counts": dict(counts), "messages": len(self.taken()), "heard": shown}

    def _hook(self, name: str, request: Request) -> Reply:
        endpoint = self._endpoints[name]
        word = endpoint.plan.next()
        if word is not None and word != "kept_then_reset":
            self._keep(name, request, word)
            return reply_of(word)
        refused = why_refused(request, endpoint.secrets, self._now())
        if refused is not None:
            self._keep(name, request, f"refused: {refused}")
            return json_reply(401, {"error": refused})
        message_id = request.headers["webhook-id"]
        self._keep(name, request, "again" if endpoint.taken[message_id] else "taken")
        endpoint.taken[message_id] += 1
        return reply_of(word) if word is not None else Reply(status=204)

    def _keep(self, name: str, request: Request, outcome: str) -> None:
        told = request.headers
        if len(self.heard) < KEPT_MAX:
            self.heard.append(
                Heard(
                    name=name,
                    message_id=told.get("webhook-id", ""),
                    stamp=told.get("webhook-timestamp", ""),
                    outcome=outcome,
                    at_s=time.monotonic(),
                    body=request.body,
                )
            )

    def _planned(self, request: Request) -> Reply:
        try:
            told = msgspec.json.decode(request.body)
            self.plan(str(told["name"]), secrets=told.get("secrets"), words=told.get("words", ()))
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError, PlanError) as error:
            return json_reply(400, {"error": str(error)})
        return json_reply(200, {"name": told["name"]})


def why_refused(request: Request, secrets: Iterable[str], now: datetime) -> str | None:
    """Standard Webhooks, read anew: nothing of Milepost's own code is in here."""
    message_id = request.headers.get("webhook-id", "")
    stamp = request.headers.get("webhook-timestamp", "")
    given = request.headers.get("webhook-signature", "").encode("latin-1", "replace").split(b" ")
    if not message_id or not stamp.isdecimal() or not stamp.isascii() or len(stamp) > 12:
        return "headers"
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        return "timestamp"
    content = b".".join([message_id.encode("utf-8", "surrogatepass"), stamp.encode(), request.body])
    for secret in secrets:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            continue
        ours = b"v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256))
        if any(hmac.compare_digest(ours, theirs) for theirs in given):
            return None
    return "signature"
