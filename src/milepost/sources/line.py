"""How we talk to any source over HTTP: patient, bounded, within its limits, and never giving keys away."""

import asyncio
import base64
import json
import logging
import random
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urlsplit

import httpx
import structlog

from milepost.ports.budgets import Budgets
from milepost.ports.clock import Clock
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.settings import Http
from milepost.sources.budget import CallBudget
from milepost.sources.redaction import redacted, spellings

RETRY_AFTER_WAIT_MAX_S = 5.0
"""A source that asks for a longer pause is asked again later, by schedule, not by waiting here."""
BACKOFF_MAX_S = 30.0
TOKEN_MARGIN = timedelta(seconds=60)
"""A token is renewed this long before it runs out, so that it does not run out on its way."""
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})

logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO lines show whole URLs, keys in them
logging.getLogger("httpcore").setLevel(logging.WARNING)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source answered, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token and how long it lasts from now, in seconds of the clock."""

    value: str = field(repr=False)
    expires_in_s: float


class _TryAgainError(Exception):
    """A try failed in a way the next one may not."""

    def __init__(self, why: str, *, busy: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.busy = busy
        self.retry_after_s = retry_after_s


class Line:
    """The line to one source. One per source and process; it holds the token and spends the rate budget."""

    def __init__(
        self,
        *,
        key: str,
        http: Http,
        clock: Clock,
        per_minute: int = 0,
        per_day: int = 0,
        secrets: Sequence[str] = (),
        base_urls: Sequence[str] = (),
        client: httpx.AsyncClient | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        """`base_urls` are the configured addresses: http:// is allowed to those only, https:// to any."""
        self.key = key
        self._http = http
        self._clock = clock
        self._limits = {"per_minute": per_minute, "per_day": per_day}
        self._budgets: Budgets = budgets or CallBudget(clock)
        self._secrets = spellings(secrets)
        self._plain_origins = {_origin(url) for url in base_urls if url.startswith("http://")}
        self._client = client
        self._token: Token | None = None
        self._token_ends = datetime.min.replace(tzinfo=UTC)
        self._token_lock = asyncio.Lock()
        self._is_out = False

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json_body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        bearer: Callable[[], Awaitable[Token]] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Ask once, patiently: tries again after 429, 5xx, broken transport and cut bodies.

        `bearer` fetches a token when there is none or it has run out; a 401 renews it once. Answers of 2xx
        and 4xx come back, except 401, 403 and 429, which raise unless `accept` names them (any status may).
        Raises AccessError (keys refused), SourceBusyError (told or decided to slow down), SourceError (all
        else). No error text holds a secret, a path or a query.
        """
        request = {
            "method": method,
            "url": self._checked(url),
            "params": dict(params) if params else None,
            "content": json_body,
            "data": dict(form) if form is not None else None,
        }
        given = dict(headers or {})
        if json_body is not None:
            given.setdefault("Content-Type", "application/json")
        renewed = False
        while True:
            token = await self.bearer(bearer) if bearer else ""
            authorization = {"Authorization": f"Bearer {token}"} if token else {}
            answer = await self._patiently({**request, "headers": {**given, **authorization}}, accept)
            if answer.status != 401 or not bearer or renewed or 401 in accept:
                break
            renewed = True
            self._forget(token)
        if answer.status in (401, 403) and answer.status not in accept:
            raise AccessError(f"{self.key}: {_host(url)} refuses our keys or authorization ({answer.status})")
        return answer

    async def bearer(self, fetch_token: Callable[[], Awaitable[Token]]) -> str:
        """The current token. When many need a new one at the same time, one of them fetches it."""
        async with self._token_lock:
            if self._token is None or self._clock.now() >= self._token_ends:
                token = await fetch_token()
                life = timedelta(seconds=token.expires_in_s)
                self._token_ends = self._clock.now() + max(life - TOKEN_MARGIN, life / 2)
                self._token = token
            return self._token.value

    async def turn(self, name: str, per_second: float, calls: int) -> None:
        """Wait for our turn among all nodes that call for `name`, for so many calls."""
        wait_s = await self._budgets.turn(f"{self.key} {name}", per_second=per_second, calls=calls)
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def redact(self, text: str) -> str:
        """The text without our secrets, in any of the spellings they travel in."""
        tokens = spellings((self._token.value,)) if self._token else ()
        return redacted(text, (*self._secrets, *tokens))

    def _forget(self, token: str) -> None:
        """The token was refused; if another task has renewed it since, theirs stays."""
        if self._token is not None and self._token.value == token:
            self._token = None

    def _checked(self, url: str) -> str:
        if url.startswith("https://") or _origin(url) in self._plain_origins:
            return url
        raise SourceError(
            f"{self.key}: {_host(url)} is not asked over plain HTTP; use https:// or set it as its url"
        )

    async def _patiently(self, request: Mapping[str, object], accept: Collection[int]) -> Answer:
        tries = max(1, self._http.retries)
        for number in range(1, tries + 1):
            await self._spend()
            try:
                answer = await self._try(request, accept)
            except _TryAgainError as failure:
                if number == tries or self._is_long(failure.retry_after_s):
                    raise self._given_up(request, failure, number) from None
                await self._pause(number, failure.retry_after_s)
            else:
                self._heard()
                return answer
        raise AssertionError("unreachable")

    async def _spend(self) -> None:
        if wait := await self._budgets.spend(self.key, **self._limits):
            raise SourceBusyError(
                f"{self.key}: our own budget of calls is used up for {wait:.0f} s", retry_after_s=wait
            )

    async def _try(self, request: Mapping[str, object], accept: Collection[int]) -> Answer:
        try:
            async with asyncio.timeout(self._http.timeout_s):
                answer = await self._exchange(request)
        except TimeoutError:
            raise _TryAgainError(f"no whole answer within {self._http.timeout_s:g} s") from None
        except (httpx.LocalProtocolError, httpx.InvalidURL, ValueError):
            # A key with letters no header may hold, or an address that is none; their texts would show it.
            raise SourceError(f"{self.key}: the request cannot be written; check url and keys") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            why = self.redact(str(error)) or "connection broken"
            raise _TryAgainError(f"{type(error).__name__}: {why}") from None
        if answer.status in accept:
            return answer
        if answer.status in RETRIED or answer.status >= 500:
            raise _TryAgainError(
                f"answered {answer.status}",
                busy=answer.status == 429,
                retry_after_s=self._retry_after(answer),
            )
        if 300 <= answer.status < 400:
            raise SourceError(f"{self.key}: answered {answer.status}; we do not follow to other addresses")
        if answer.status < 300 and _is_cut(answer):
            raise _TryAgainError("the body was cut short")
        return answer

    async def _exchange(self, request: Mapping[str, object]) -> Answer:
        client = self._open()
        async with client.stream(**request) as response:  # type: ignore[arg-type]
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._http.body_bytes_max:
                    raise SourceError(
                        f"{self.key}: the answer is larger than {self._http.body_bytes_max} bytes"
                    )
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status_code, headers=headers, body=bytes(body))

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=_trusted(),
                timeout=httpx.Timeout(self._http.timeout_s),
                follow_redirects=False,
                mounts={"http://": None},  # plain HTTP is for servers of our own, never through a proxy
                headers={"User-Agent": "milepost", "Accept": "application/json"},
            )
        return self._client

    def _retry_after(self, answer: Answer) -> float | None:
        """Seconds; the header may hold seconds or a date (RFC 9110 §10.2.3)."""
        value = answer.headers.get("retry-after", "").strip()
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(0.0, (until - self._clock.now()).total_seconds())

    def _is_long(self, retry_after_s: float | None) -> bool:
        return retry_after_s is not None and retry_after_s > RETRY_AFTER_WAIT_MAX_S

    async def _pause(self, number: int, retry_after_s: float | None) -> None:
        """Their wish is in seconds of their world; ours is real. A world that stands still has no waiting."""
        if retry_after_s is not None:
            rate = self._clock.rate
            await asyncio.sleep(retry_after_s / rate if rate else 0)
            return
        longest = min(BACKOFF_MAX_S, self._http.retry_base_s * 2 ** (number - 1))
        await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret

    def _given_up(self, request: Mapping[str, object], failure: _TryAgainError, tries: int) -> SourceError:
        text = self.redact(f"{self.key}: {_host(str(request['url']))} {failure} (try {tries})")
        if not self._is_out:
            self._is_out = True
            log.warning("source_not_heard", source=self.key, why=text)
        if failure.busy:
            return SourceBusyError(text, retry_after_s=failure.retry_after_s)
        return SourceError(text, retry_after_s=failure.retry_after_s)

    def _heard(self) -> None:
        if self._is_out:
            self._is_out = False
            log.info("source_heard_again", source=self.key)


def basic(user: str, password: str) -> str:
    """The value of an Authorization header after RFC 7617."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust over https: the same for every line, for reading it in takes as long as fifty calls."""
    return httpx.create_ssl_context()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the source"


def _is_cut(answer: Answer) -> bool:
    """JSON that does not end: some servers close early without the transport noticing."""
    if "json" not in answer.headers.get("content-type", ""):
        return False
    try:
        json.loads(answer.body)
    except ValueError:
        return bool(answer.body)
    return False
