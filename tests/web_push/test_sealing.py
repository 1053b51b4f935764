"""A message is sealed for one browser as the standards say, and signed as push services check it."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from milepost.model.setting import SettingsError
from milepost.notify.channels.web_push.browser import BrowserError, armored, browser_of, unarmored
from milepost.notify.channels.web_push.channel import WebPushChannel
from milepost.notify.channels.web_push.sealing import PLAIN_BYTES_MAX, sealed
from milepost.notify.channels.web_push.vapid import Sender
from milepost.settings import WebPush
from milepost_sandbox.servers.receivers.listener import Request
from milepost_sandbox.servers.receivers.web_push import PushReceiver

# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PB"
    "ru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
ADDRESS = f"https://push.example.com/1 {THEIRS} {AUTH}"


def test_the_standards_own_example_comes_out_byte_for_byte():
    own = derive_private_key(int.from_bytes(unarmored(OURS)), SECP256R1())
    made = sealed(PLAIN, browser_of(ADDRESS), salt=unarmored(SALT), own=own, filled_to=1)
    assert armored(made) == SEALED


def test_all_lengths_look_alike_and_the_largest_still_fits():
    browser = browser_of(ADDRESS)
    assert len({len(sealed(b"x" * length, browser)) for length in (1, 100, 400)}) == 1
    assert len(sealed(b"x" * PLAIN_BYTES_MAX, browser)) == 4096
    with pytest.raises(ValueError, match="at most"):
        sealed(b"x" * (PLAIN_BYTES_MAX + 1), browser)


def test_no_two_messages_are_sealed_alike():
    assert sealed(PLAIN, browser_of(ADDRESS)) != sealed(PLAIN, browser_of(ADDRESS))


def test_one_key_file_is_one_sender_and_another_is_another():
    one, same, other = (Sender(bytes([seed]) * 32, "mailto:a@b.example") for seed in (1, 1, 2))
    assert one.public_key == same.public_key != other.public_key
    assert len(unarmored(one.public_key)) == 65


def test_what_no_browser_tells_is_refused_in_words():
    point, auth = THEIRS, AUTH
    for strange in (
        "",
        "https://push.example.com/1",
        f"https://push.example.com/1 {point}",
        f"https://push.example.com/1 {point} {auth} more",
        f"https://push.example.com/1 {point[:-4]} {auth}",
        f"https://push.example.com/1 {point} {auth}AA",
        f"https://push.example.com/1 {'A' * 87} {auth}",  # not on the curve
        f"https://push.example.com/1 {point[:-1]}= {auth}",
        f"https://push.example.com/1 {point}\r\n {auth}",
    ):
        with pytest.raises(BrowserError):
            browser_of(strange)


def test_an_address_that_is_not_a_public_machines_is_refused(tmp_path):
    (tmp_path / "key").write_text("00" * 32)
    channel = WebPushChannel(WebPush(contact="mailto:a@b.example"), tmp_path / "key", "")
    for url in ("http://push.example.com/1", "https://127.0.0.1/1", "https://[::1]/1", "https://localhost/1"):
        assert channel.why_unreachable(f"{url} {THEIRS} {AUTH}"), url
    for url in ("https://169.254.169.254/1", "https://push.example.com:22/1", "https://a@push.example.com/1"):
        assert channel.why_unreachable(f"{url} {THEIRS} {AUTH}"), url
    assert channel.why_unreachable(ADDRESS) is None


def test_only_services_that_are_listed_are_sent_to_once_any_is(tmp_path):
    settings = WebPush(contact="mailto:a@b.example", services=["*.example.com", "127.0.0.1:9"])
    channel = WebPushChannel(settings, tmp_path / "key", "")
    assert channel.why_unreachable(ADDRESS) is None
    assert channel.why_unreachable(f"http://127.0.0.1:9/1 {THEIRS} {AUTH}") is None
    for url in ("https://push.example.org/1", "https://example.com.evil.example/1", "http://127.0.0.1:8/1"):
        assert channel.why_unreachable(f"{url} {THEIRS} {AUTH}"), url
    assert "web_push.services" in channel.why_unreachable(f"https://push.example.org/1 {THEIRS} {AUTH}")


def test_settings_that_cannot_be_used_stop_the_start(tmp_path):
    for contact, public_url, named in (
        ("shop@example.com", "", r"web_push\.contact: 'shop"),
        ("mailto:", "", r"web_push\.contact"),
        ("mailto:a@b.example", "http://milepost.example", r"web\.public_url is https"),
    ):
        with pytest.raises(SettingsError, match=named):
            WebPushChannel(WebPush(contact=contact), tmp_path / "key", public_url)
    assert WebPushChannel(WebPush(contact="mailto:a@b.example"), tmp_path / "key", "http://127.0.0.1:8080")


def test_the_sandboxs_browser_opens_the_standards_example_too():
    """So that neither side is only right about the other."""
    from milepost_sandbox.servers.receivers import web_push

    service = PushReceiver()
    name, _ = service.subscribe("http://127.0.0.1:1", "k")
    device = service.devices[name]
    device.key = derive_private_key(
        int.from_bytes(unarmored("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")), SECP256R1()
    )
    device.auth = unarmored(AUTH)
    assert web_push._unsealed(unarmored(SEALED), device) == PLAIN


async def test_a_push_service_refuses_what_is_not_ours_not_for_it_or_not_for_that_browser():
    """The receiver that other tests rest on says no to each thing that could be wrong."""
    service, ours, other = (
        PushReceiver(),
        Sender(b"1" * 32, "mailto:a@b.example"),
        Sender(b"2" * 32, "mailto:x"),
    )
    here, now = "http://127.0.0.1:9", datetime.now(UTC)
    (name, address), (_, neighbor) = (service.subscribe(here, ours.public_key) for _ in range(2))
    good = {
        "host": "127.0.0.1:9",
        "ttl": "60",
        "topic": "order",
        "urgency": "high",
        "content-encoding": "aes128gcm",
        "authorization": ours.authorization(here, now),
    }
    body = sealed(b'{"id":"1","tag":"order"}', browser_of(address))
    forged = ours.authorization(here, now).replace("vapid t=ey", "vapid t=eyJ9")
    swapped = other.authorization(here, now).partition(", k=")[0] + f", k={ours.public_key}"
    for changes, content, status in (
        ({}, body, 201),
        ({"authorization": other.authorization(here, now)}, body, 403),
        ({"authorization": swapped}, body, 403),
        ({"authorization": forged}, body, 403),
        ({"authorization": ""}, body, 403),
        ({"authorization": ours.authorization("http://elsewhere.example", now)}, body, 403),
        ({"authorization": ours.authorization(here, now - timedelta(days=1))}, body, 403),
        ({"ttl": ""}, body, 400),
        ({"topic": "x" * 33}, body, 400),
        ({"topic": "or der"}, body, 400),
        ({"content-encoding": "aesgcm"}, body, 415),
        ({}, sealed(b"{}", browser_of(neighbor)), 400),
        ({}, body[:-1] + bytes([body[-1] ^ 1]), 400),
        ({}, body + b"x" * 4096, 413),
    ):
        asked = Request(method="POST", path=f"/push/{name}", query={}, headers=good | changes, body=content)
        assert (await service(asked)).status == status, (changes, len(content))
    assert len(service.pushes) == 1
    service.end(name)
    gone = Request(method="POST", path=f"/push/{name}", query={}, headers=good, body=body)
    assert (await service(gone)).status == 410
