"""What each refusal of TikTok Shop makes us do, against a server that refuses so."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from milepost.ports.sources import (
    AccessError,
    RejectedError,
    ShopHandleError,
    SourceBusyError,
    SourceError,
    TokenExpiredError,
)
from milepost.sources.marketplaces.tiktok_shop.calls import Question
from milepost.sources.marketplaces.tiktok_shop.errors import Reaction, known_errors
from milepost.sources.marketplaces.tiktok_shop.limiter import Limiter
from milepost.sources.marketplaces.tiktok_shop.signing import sign
from tests.sources.tiktok_server import APP, GRANT, NOW, SECRET, SHOP, Told, envelope, ok, platform

PATH = "/order/202507/orders"
TRACKING = {"tracking": []}


async def ask(server):
    question = Question(method="GET", path=PATH, query={"ids": "1"}, cipher=SHOP.cipher)
    return await server.calls.ask(APP, GRANT.access_token, question)


async def refused(answers):
    async with platform(answers) as server:
        with pytest.raises(SourceError) as raised:
            await ask(server)
    return raised.value, server


async def test_a_call_is_signed_and_carries_the_token_as_a_header_only():
    async with platform([ok({})]) as server:
        await ask(server)
    asked = server.asked[0]
    query = asked.query
    assert query.pop("sign") == sign(SECRET, PATH, query)
    assert query == {
        "app_key": "demoappkey",
        "timestamp": "1767229260",
        "shop_cipher": "ROW_demoCipher-01",
        "ids": "1",
    }
    assert asked.headers["x-tts-access-token"] == "TTP_secretAccess"
    assert asked.headers["content-type"] == "application/json"
    assert asked.body == b""


RETRIED = [36009003, 36009007, 10002014, 10002015, 10037002, 10037003, 10037004]


@pytest.mark.parametrize("code", RETRIED)
async def test_their_own_failures_are_tried_again(code):
    async with platform([envelope(code), ok({"orders": []})]) as server:
        heard = await ask(server)
    assert heard.data == {"orders": []}
    assert len(server.asked) == 2


@pytest.mark.parametrize("code", RETRIED)
async def test_a_failure_that_lasts_is_an_outage_after_three_tries(code):
    error, server = await refused([envelope(code)])
    assert type(error) is SourceError
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_page_of_html_from_an_overloaded_server_is_tried_again(status):
    html = Told(b"<html>busy</html>", status, {"content-type": "text/html"})
    async with platform([html, ok({})]) as server:
        await ask(server)
    assert len(server.asked) == 2


async def test_an_expired_token_is_named_so_that_the_caller_refreshes_and_repeats_once():
    error, server = await refused([envelope(105002, status=401)])
    assert isinstance(error, TokenExpiredError)
    assert len(server.asked) == 1


async def test_a_stale_cipher_asks_for_the_shops_to_be_read_again():
    error, _ = await refused([envelope(101000)])
    assert isinstance(error, ShopHandleError)


async def test_a_missing_scope_asks_the_seller_to_authorize_again_even_with_status_401():
    error, server = await refused([envelope(105005, status=401)])
    assert isinstance(error, AccessError)
    assert "authorization link" in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("code", "words"), [(106001, "app_secret"), (36009033, "allow list"), (36004004, "connect")]
)
async def test_what_a_person_has_to_mend_says_what(code, words):
    error, server = await refused([envelope(code)])
    assert isinstance(error, AccessError)
    assert words in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "code", [code for code, known in known_errors().items() if known.reaction is Reaction.BUG]
)
async def test_a_wrong_question_is_not_asked_again(code):
    error, server = await refused([envelope(code)])
    assert isinstance(error, RejectedError)
    assert not isinstance(error, AccessError)
    assert len(server.asked) == 1


async def test_too_many_calls_halve_our_pace_and_are_tried_again():
    async with platform([envelope(36009002, status=429), ok({})], calls_per_second=64.0) as server:
        await ask(server)
        limiter = server.calls._limiters["demoappkey", SHOP.cipher]
        assert limiter.per_second == 32.0 + 64.0 * 0.05  # halved, then one call went well
    assert len(server.asked) == 2


async def test_too_many_calls_that_last_mean_busy():
    error, server = await refused([envelope(36009002, status=429)])
    assert isinstance(error, SourceBusyError)
    assert len(server.asked) == 3


async def test_a_short_retry_after_is_waited_for_in_their_world_s_seconds():
    async with platform([envelope(36009002, status=429, retry_after="2"), ok({})]) as server:
        server.clock.rate = 4.0
        await ask(server)
    assert server.pauses == [0.5]


async def test_a_long_retry_after_is_left_to_the_schedule():
    error, server = await refused([envelope(36009002, status=429, retry_after="600")])
    assert isinstance(error, SourceBusyError)
    assert error.retry_after_s == 600.0
    assert len(server.asked) == 1


async def test_a_429_without_a_readable_body_means_busy_too():
    error, _ = await refused([Told(b"slow down", 429, {"content-type": "text/plain"})])
    assert isinstance(error, SourceBusyError)


async def test_a_timestamp_outside_their_window_sets_our_clock_by_theirs():
    theirs = NOW + timedelta(minutes=11)
    wrong = envelope(36009004, "Invalid timestamp", status=400, date=format_datetime(theirs, usegmt=True))
    async with platform([wrong, ok({})]) as server:
        await ask(server)
        await ask(server)
    assert [asked.query["timestamp"] for asked in server.asked] == ["1767229260", "1767229920", "1767229920"]


async def test_a_timestamp_refused_twice_tells_the_operator_to_set_the_clock():
    error, server = await refused(
        [envelope(36009004, "timestamp expired", date=format_datetime(NOW, usegmt=True))]
    )
    assert "set this machine's clock" in str(error)
    assert len(server.asked) == 2


async def test_a_timestamp_refused_without_a_date_is_not_guessed():
    error, server = await refused([envelope(36009004, "timestamp expired")])
    assert "clock" in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("x-tts-access-token is missing", TokenExpiredError),
        ("Invalid sign parameter", AccessError),
        ("invalid app_key", AccessError),
        ("Unexpected identifier shop_cipher", RejectedError),
        ("something new", RejectedError),
    ],
)
async def test_the_umbrella_code_is_told_apart_by_its_message(message, kind):
    error, server = await refused([envelope(36009004, message)])
    assert type(error) is kind
    assert len(server.asked) == 1


async def test_a_doubtful_code_is_tried_once_more_and_then_reported():
    error, server = await refused([envelope(10006402)])
    assert type(error) is SourceError
    assert len(server.asked) == 2


@pytest.mark.parametrize("code", [21011044, 11007010])
async def test_wait_means_later(code):
    error, server = await refused([envelope(code)])
    assert isinstance(error, SourceBusyError)
    assert len(server.asked) == 1


async def test_an_unknown_code_is_an_outage_not_tried_again_at_once():
    error, server = await refused([envelope(77777777)])
    assert type(error) is SourceError
    assert "a code we do not know (code 77777777" in str(error)
    assert len(server.asked) == 1


async def test_the_body_counts_before_the_status():
    async with platform([envelope(0, data={"orders": []}, status=400)]) as server:
        heard = await ask(server)
    assert heard.data == {"orders": []}


@pytest.mark.parametrize("data", [None, {}, [], "x"])
async def test_an_error_may_have_any_or_no_data(data):
    error, _ = await refused([envelope(105002, data=data)])
    assert isinstance(error, TokenExpiredError)


async def test_an_error_names_the_request_for_their_support():
    error, _ = await refused([envelope(106013)])
    assert "request 202601010101010A1B2C" in str(error)


@pytest.mark.parametrize("code", sorted(known_errors()))
async def test_no_error_text_holds_a_secret_or_their_message(code, caplog):
    error, _ = await refused([envelope(code, f"bad {SECRET} {GRANT.access_token} Ada Sample")])
    told = f"{error!r} {error.__cause__!r} {caplog.text}"
    for secret in (SECRET, GRANT.access_token, "Ada Sample"):
        assert secret not in told


def limiter(per_second, now, pauses):
    async def pause(seconds):
        pauses.append(seconds)

    return Limiter(per_second, monotonic=lambda: now[0], pause=pause)


async def test_five_calls_go_at_once_and_then_three_a_second():
    now, pauses = [0.0], []
    bucket = limiter(3.0, now, pauses)
    for _ in range(7):
        await bucket.take()
    assert [round(pause, 3) for pause in pauses] == [0.333, 0.667]
    now[0] = 10.0
    await bucket.take()
    assert len(pauses) == 2


async def test_each_refusal_halves_the_pace_down_to_a_sixteenth_and_good_calls_bring_it_back():
    bucket = limiter(3.2, [0.0], [])
    paces = []
    for _ in range(6):
        bucket.slow_down()
        paces.append(round(bucket.per_second, 2))
    assert paces == [1.6, 0.8, 0.4, 0.2, 0.2, 0.2]
    for _ in range(100):
        bucket.went_well()
    assert bucket.per_second == 3.2


async def test_shops_do_not_slow_each_other_down():
    async with platform([envelope(36009002, status=429), ok({})], calls_per_second=64.0) as server:
        await ask(server)
        await server.calls.ask(APP, "t", Question(method="GET", path=PATH, cipher="another"))
        assert server.calls._limiters["demoappkey", "another"].per_second == 64.0
