"""A provider of text messages with the API shape of Twilio: takes each key once, and tells what became of it.

It keeps what it was given by `I-Twilio-Idempotency-Token`: the same key again is the same message. Numbers
with a meaning of their own follow Twilio's test numbers.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from milepost_sandbox.servers.receivers.listener import Reply, Request, json_reply
from milepost_sandbox.servers.receivers.plan import Plan, PlanError, reply_of
from milepost_sandbox.trust import trusted

KEY_HEADER: Final = "i-twilio-idempotency-token"
BODY_CHARACTERS_MAX: Final = 1_600
KEPT_MAX: Final = 200_000
SHOWN_MAX: Final = 5_000
CALL_S: Final = 10.0
FATES: Final = ("sent", "delivered")
REFUSALS: Final = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number is not currently reachable via SMS."),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for that region."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient."),
    "+15005550009": (21614, "'To' number is not a valid mobile number."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One message taken."""

    sid: str
    key: str
    to: str
    sender: str
    body: str
    callback: str


class SmsReceiver:
    """Handles requests for a `listening` server."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.account_sid = account_sid
        self._auth_token = auth_token
        self._plan = Plan()
        self._by_key: dict[str, Text] = {}
        self._untold: list[tuple[Text, str]] = []
        self.texts: list[Text] = []
        self.asked: Counter[str] = Counter()
        self.unsubscribed: set[str] = set()

    def plan(self, words: Iterable[str]) -> None:
        """How it behaves from now on. Raises PlanError."""
        self._plan = Plan(words)

    async def __call__(self, request: Request) -> Reply:
        """One request to any of its addresses."""
        if (request.method, request.path) == (
            "POST",
            f"/2010-04-01/Accounts/{self.account_sid}/Messages.json",
        ):
            return self._message(request)
        if (request.method, request.path) == ("POST", "/plan"):
            return self._planned(request)
        if (request.method, request.path) == ("GET", "/received"):
            return json_reply(200, self.summary())
        return _error(404, 20404, "The requested resource was not found")

    def summary(self) -> dict[str, Any]:
        """What was taken, newest first."""
        shown = [asdict(text) for text in reversed(self.texts[-SHOWN_MAX:])]
        return {"messages": len(self.texts), "asked": sum(self.asked.values()), "texts": shown}

    async def call_back(self) -> int:
        """Tell what became of the messages, signed, as far as somebody wants to know; how many calls."""
        told, self._untold = self._untold, []
        if not told:
            return 0
        async with httpx.AsyncClient(trust_env=False, timeout=CALL_S, verify=trusted()) as http:
            for text, status in told:
                fields = {
                    "AccountSid": self.account_sid,
                    "MessageSid": text.sid,
                    "MessageStatus": status,
                    "To": text.to,
                    "From": text.sender,
                }
                await self._call(http, text.callback, fields)
        return len(told)

    async def reply(self, url: str, number: str, words: str) -> int:
        """A buyer writes back; the status of the answer."""
        fields = {"AccountSid": self.account_sid, "MessageSid": "SMin", "From": number, "Body": words}
        async with httpx.AsyncClient(trust_env=False, timeout=CALL_S, verify=trusted()) as http:
            return await self._call(http, url, fields)

    async def _call(self, http: httpx.AsyncClient, url: str, fields: dict[str, str]) -> int:
        content = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
        digest = hmac.digest(self._auth_token.encode(), content.encode(), hashlib.sha1)
        headers = {
            "X-Twilio-Signature": base64.b64encode(digest).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            answer = await http.post(url, content=urlencode(fields), headers=headers)
        except httpx.HTTPError:
            return 0
        return answer.status_code

    def _message(self, request: Request) -> Reply:
        word = self._plan.next()
        if word is not None and word != "kept_then_reset":
            return reply_of(word)
        if not self._knows(request.headers.get("authorization", "")):
            return _error(401, 20003, "Authenticate")
        form = request.form()
        to, sender = form.get("To", ""), form.get("From") or form.get("MessagingServiceSid", "")
        if to in REFUSALS:
            return _error(400, *REFUSALS[to])
        if to in self.unsubscribed:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient.")
        if not to.startswith("+") or not to[1:].isdigit():
            return _error(400, 21211, "The 'To' number is not a valid phone number.")
        if not sender:
            return _error(400, 21603, "A 'From' or 'MessagingServiceSid' is required.")
        if not 0 < len(form.get("Body", "")) <= BODY_CHARACTERS_MAX:
            return _error(400, 21602, "Message body is required.")
        text = self._kept(request.headers.get(KEY_HEADER, ""), form, sender)
        if word is not None:
            return reply_of(word)
        shown = {"sid": text.sid, "status": "queued", "to": to, "error_code": None, "num_segments": "1"}
        return json_reply(201, shown)

    def _kept(self, key: str, form: dict[str, str], sender: str) -> Text:
        """The message, made now or known by its key."""
        self.asked[key] += 1
        if key and key in self._by_key:
            return self._by_key[key]
        text = Text(
            sid=f"SM{hashlib.sha256(f'{len(self.texts)} {key}'.encode()).hexdigest()[:32]}",
            key=key,
            to=form["To"],
            sender=sender,
            body=form["Body"],
            callback=form.get("StatusCallback", ""),
        )
        if len(self.texts) < KEPT_MAX:
            self.texts.append(text)
            self._by_key[key] = text
        if text.callback:
            self._untold += [(text, status) for status in FATES]
        return text

    def _knows(self, authorization: str) -> bool:
        expected = base64.b64encode(f"{self.account_sid}:{self._auth_token}".encode()).decode()
        return hmac.compare_digest(authorization.encode(), f"Basic {expected}".encode())

    def _planned(self, request: Request) -> Reply:
        try:
            self.plan(request.form().get("words", "").split())
        except PlanError as error:
            return json_reply(400, {"error": str(error)})
        return json_reply(200, {})


async def call_back_forever(receiver: SmsReceiver, every_s: float) -> None:
    """While a world runs by itself, the provider's calls go out by themselves."""
    while True:
        await receiver.call_back()
        await asyncio.sleep(every_s)


def _error(status: int, code: int, message: str) -> Reply:
    return json_reply(status, {"code": code, "message": message, "more_info": "", "status": status})
