"""The line to a source: patient within bounds, within its budget, and silent about keys."""

import asyncio
import datetime as dt
import ipaddress
import logging
import ssl

import httpx
import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.settings import Http
from milepost.sources.line import Line, Token
from tests.sources.scripted_server import HandClock, Server, answer, scripted, zipped

SECRET = "s3cret/key+1"


def line_to(server: Server, clock: HandClock | None = None, **given) -> Line:
    http = {"timeout_s": 5.0, "retries": 3, "retry_base_s": 0.0, **given.pop("http", {})}
    return Line(
        key="acme",
        http=Http(**http),
        clock=clock or HandClock(),
        secrets=(SECRET,),
        base_urls=(server.url,),
        **given,
    )


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
async def test_a_passing_trouble_is_tried_again(status):
    async with scripted([answer(status), answer(status), answer()]) as server:
        told = await line_to(server).send("GET", server.url)
    assert (told.status, told.body, len(server.asked)) == (200, b'{"ok": true}', 3)


async def test_three_tries_and_no_more():
    async with scripted([answer(503)]) as server:
        with pytest.raises(SourceError, match=r"answered 503 \(try 3\)") as told:
            await line_to(server).send("GET", server.url)
    assert len(server.asked) == 3
    assert not isinstance(told.value, SourceBusyError)


async def test_too_many_requests_is_busy_not_broken():
    async with scripted([answer(429)]) as server:
        with pytest.raises(SourceBusyError):
            await line_to(server).send("GET", server.url)
    assert len(server.asked) == 3


async def test_a_short_retry_after_is_waited_for():
    async with scripted([answer(429, retry_after="1"), answer()]) as server:
        assert (await line_to(server).send("GET", server.url)).status == 200


@pytest.mark.parametrize("header", ["3600", "Sun, 22 Nov 2026 13:00:00 GMT"])
async def test_a_long_retry_after_is_handed_to_the_schedule(header):
    async with scripted([answer(503, retry_after=header), answer()]) as server:
        with pytest.raises(SourceError) as told:
            await line_to(server).send("GET", server.url)
    assert told.value.retry_after_s == 3600
    assert len(server.asked) == 1


async def test_what_a_refusal_says_comes_back_for_the_folder_to_read():
    async with scripted([answer(404, b'{"error": "none"}')]) as server:
        told = await line_to(server).send("GET", server.url)
    assert (told.status, told.body, len(server.asked)) == (404, b'{"error": "none"}', 1)


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_keys_are_a_matter_for_a_person_unless_the_folder_reads_them(status):
    async with scripted([answer(status)]) as server:
        line = line_to(server)
        with pytest.raises(AccessError, match="refuses our keys"):
            await line.send("GET", server.url)
        assert (await line.send("GET", server.url, accept=(status,))).status == status


async def test_calls_per_minute_are_counted_on_the_clock():
    clock = HandClock()
    async with scripted([answer()]) as server:
        line = line_to(server, clock, per_minute=2)
        await line.send("GET", server.url)
        clock.step(seconds=20)
        await line.send("GET", server.url)
        with pytest.raises(SourceBusyError) as told:
            await line.send("GET", server.url)
        assert told.value.retry_after_s == 40
        clock.step(seconds=40)
        assert (await line.send("GET", server.url)).status == 200
        with pytest.raises(SourceBusyError):
            await line.send("GET", server.url)
    assert len(server.asked) == 3


async def test_calls_per_day_begin_again_at_midnight_utc():
    clock = HandClock("2026-11-22T23:30:00+00:00")
    async with scripted([answer()]) as server:
        line = line_to(server, clock, per_day=1)
        await line.send("GET", server.url)
        with pytest.raises(SourceBusyError) as told:
            await line.send("GET", server.url)
        assert told.value.retry_after_s == 1800
        clock.step(minutes=30)
        await line.send("GET", server.url)
    assert len(server.asked) == 2


async def test_a_retry_spends_budget_too():
    async with scripted([answer(500)]) as server:
        with pytest.raises(SourceBusyError, match="budget"):
            await line_to(server, per_minute=2).send("GET", server.url)
    assert len(server.asked) == 2


async def test_a_body_cut_by_the_transport_is_asked_for_again():
    async with scripted([answer(body=b'{"ok"', length=999), answer()]) as server:
        assert (await line_to(server).send("GET", server.url)).body == b'{"ok": true}'


async def test_json_that_does_not_end_is_asked_for_again_and_at_last_refused():
    async with scripted([answer(body=b'{"ok": tr'), answer()]) as server:
        assert (await line_to(server).send("GET", server.url)).body == b'{"ok": true}'
    async with scripted([answer(body=b'{"ok": tr')]) as server:
        with pytest.raises(SourceError, match="cut short"):
            await line_to(server).send("GET", server.url)


async def test_a_body_larger_than_the_bound_is_refused_without_a_second_try():
    async with scripted([answer(body=b'"' + b"x" * 2000 + b'"')]) as server:
        with pytest.raises(SourceError, match="larger than 1000 bytes"):
            await line_to(server, http={"body_bytes_max": 1000}).send("GET", server.url)
    assert len(server.asked) == 1


async def test_the_bound_counts_what_a_small_packed_body_unpacks_to():
    async with scripted([zipped(b'"' + b"x" * 500_000 + b'"')]) as server:
        with pytest.raises(SourceError, match="larger than"):
            await line_to(server, http={"body_bytes_max": 100_000}).send("GET", server.url)


async def test_a_packed_body_is_unpacked():
    async with scripted([zipped(b'{"packed": true}')]) as server:
        assert (await line_to(server).send("GET", server.url)).body == b'{"packed": true}'


async def test_a_call_has_so_many_seconds_and_no_more():
    async with scripted([b""]) as server:
        with pytest.raises(SourceError, match=r"no whole answer within 0.05 s"):
            await line_to(server, http={"timeout_s": 0.05, "retries": 1}).send("GET", server.url)


async def test_nobody_listening_is_an_outage():
    async with scripted([answer()]) as server:
        pass
    with pytest.raises(SourceError, match="ConnectError"):
        await line_to(server).send("GET", server.url)


@pytest.mark.parametrize("key", ["schlüssel", "line\r\nbreak"])
async def test_a_key_that_fits_no_header_is_an_error_that_does_not_show_it(key):
    async with scripted([answer()]) as server:
        line = Line(
            key="acme", http=Http(retries=1), clock=HandClock(), secrets=(key,), base_urls=(server.url,)
        )
        with pytest.raises(SourceError) as told:
            await line.send("GET", server.url, headers={"X-Api-Key": key})
    assert not server.asked
    assert key not in str(told.value)
    assert repr(key)[1:-1] not in str(told.value)


async def test_a_token_is_fetched_once_however_many_need_it():
    fetched = []

    async def fetch() -> Token:
        fetched.append(1)
        await asyncio.sleep(0)
        return Token(value="bearer-1", expires_in_s=3600)

    async with scripted([answer()]) as server:
        line = line_to(server)
        await asyncio.gather(*(line.send("GET", server.url, bearer=fetch) for _ in range(5)))
    assert len(fetched) == 1
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer bearer-1"}


async def test_a_token_is_renewed_shortly_before_it_runs_out():
    clock = HandClock()
    tokens = iter("abcd")

    async def fetch() -> Token:
        return Token(value=f"bearer-{next(tokens)}", expires_in_s=3600)

    async with scripted([answer()]) as server:
        line = line_to(server, clock)
        for seconds in (0, 3539, 1):
            clock.step(seconds=seconds)
            await line.send("GET", server.url, bearer=fetch)
    assert [asked.headers["authorization"][-1] for asked in server.asked] == ["a", "a", "b"]


async def test_a_refused_token_is_renewed_once():
    tokens = iter("abcd")

    async def fetch() -> Token:
        return Token(value=f"bearer-{next(tokens)}", expires_in_s=3600)

    async with scripted(
        lambda asked: answer(200 if asked.headers["authorization"].endswith("b") else 401)
    ) as server:
        assert (await line_to(server).send("GET", server.url, bearer=fetch)).status == 200
    assert len(server.asked) == 2
    async with scripted([answer(401)]) as server:
        with pytest.raises(AccessError):
            await line_to(server).send("GET", server.url, bearer=fetch)
    assert len(server.asked) == 2


async def test_no_error_and_no_log_line_holds_a_secret(caplog):
    caplog.set_level(logging.DEBUG)
    spellings = (SECRET, "s3cret%2Fkey%2B1", "bearer-xyz")

    async def fetch() -> Token:
        return Token(value="bearer-xyz", expires_in_s=3600)

    async with scripted([answer(500)]) as server:
        line = line_to(server)
        with structlog.testing.capture_logs() as logged, pytest.raises(SourceError) as told:
            await line.send(
                "GET", f"{server.url}/{SECRET}", params={"key": SECRET}, form={"key": SECRET}, bearer=fetch
            )
    everything = f"{told.value!r} {logged} {caplog.text} {told.value.__cause__!r}"
    assert logged, "the outage is said once"
    assert not [spelling for spelling in spellings if spelling in everything]
    assert line.redact(" ".join(spellings)) == "[secret] [secret] [secret]"


async def test_an_outage_is_said_once_when_it_starts_and_once_when_it_ends():
    troubles = [answer(500)] * 6
    async with scripted([*troubles, answer()]) as server:
        line = line_to(server)
        with structlog.testing.capture_logs() as logged:
            for _ in range(2):
                with pytest.raises(SourceError):
                    await line.send("GET", server.url)
            for _ in range(2):
                await line.send("GET", server.url)
    assert [entry["event"] for entry in logged] == ["source_not_heard", "source_heard_again"]


async def test_plain_http_is_for_the_configured_address_only():
    async with scripted([answer()]) as server, scripted([answer()]) as other:
        line = line_to(server)
        assert (await line.send("GET", f"{server.url}/any/path")).status == 200
        with pytest.raises(SourceError, match="plain HTTP"):
            await line.send("GET", other.url)
        with pytest.raises(SourceError, match="plain HTTP"):
            await line.send("GET", server.url.replace("127.0.0.1", "127.0.0.1.evil.example"))
    assert not other.asked


async def test_nobody_sends_us_elsewhere():
    async with scripted([answer()]) as other, scripted([answer(302, location=other.url)]) as server:
        with pytest.raises(SourceError, match="do not follow"):
            await line_to(server).send("GET", server.url)
    assert not other.asked


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    async with scripted([answer()], tls=self_signed(tmp_path)) as server:
        with pytest.raises(SourceError, match="ConnectError"):
            await line_to(server, http={"retries": 1}).send("GET", server.url)
        trusting = httpx.AsyncClient(verify=ssl.create_default_context(cafile=tmp_path / "server.pem"))
        told = await line_to(server, client=trusting).send("GET", server.url)
    assert told.status == 200, "the same server is heard by somebody who trusts its certificate"


def self_signed(folder) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "key.pem")
    return context
