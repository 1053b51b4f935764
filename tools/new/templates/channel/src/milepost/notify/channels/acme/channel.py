"""Hands one message to Acme over HTTP, once, and says what became of it."""

import httpx

from milepost.model.notices import Message, Notice, Recipient
from milepost.ports.notify import SendResult, Sent
from milepost.settings import Settings

TIMEOUT_S = 15.0
RETRIED = frozenset({408, 425, 429})


class AcmeLtdChannel:
    """One POST a message, with `notice.key` as the idempotency key: a second try is seen to be the same."""

    key = "acme"

    def __init__(self, url: str) -> None:
        """`url` is where messages are posted; empty means not set up."""
        self._url = url

    @property
    def is_configured(self) -> bool:
        """Whether there is anybody to hand a message to."""
        return bool(self._url)

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """One try. 5xx and outages are `retry`, 4xx `refused`, a line lost after the body `uncertain`."""
        body = {"to": recipient.address, "subject": message.subject, "text": message.text}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
                answer = await client.post(self._url, json=body, headers={"Idempotency-Key": notice.key})
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return SendResult(outcome=Sent.RETRY, detail="nobody answers there")
        except httpx.HTTPError:
            return SendResult(outcome=Sent.UNCERTAIN, detail="the line was lost", message_id=notice.key)
        return _meaning(answer, notice)


def _meaning(answer: httpx.Response, notice: Notice) -> SendResult:
    """Its words may repeat the address, so only its number is kept."""
    detail = f"answered {answer.status_code}"
    if answer.is_success:
        return SendResult(outcome=Sent.SENT, detail=detail, message_id=notice.key)
    if answer.status_code >= 500 or answer.status_code in RETRIED:
        return SendResult(outcome=Sent.RETRY, detail=detail)
    return SendResult(outcome=Sent.REFUSED, detail=detail)


def build(_settings: Settings) -> AcmeLtdChannel:
    """The channel. It has no settings of its own yet (docs/add/setting.md), so it is not set up."""
    return AcmeLtdChannel(url="")
