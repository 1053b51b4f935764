"""Which channels there are, and that each keeps what the port promises."""

from datetime import UTC, datetime

import pytest

from milepost.model.notices import Audience, Message, Notice, Recipient
from milepost.model.setting import SettingsError
from milepost.notify.catalog import CHANNELS, channels
from milepost.ports.notify import Sent
from milepost.settings import Mail, Settings


def test_every_folder_with_a_channel_is_one():
    found = channels(Settings())
    assert {"email", "inbox"} <= set(found)
    assert set(found) == {path.parent.name for path in CHANNELS.glob("*/channel.py")}
    assert all(channel.key == name for name, channel in found.items())


def test_e_mail_needs_a_server_and_the_inbox_nothing():
    assert channels(Settings())["email"].is_configured is False
    assert channels(Settings(mail=Mail(host="mail.example.com")))["email"].is_configured is True
    assert channels(Settings())["inbox"].is_configured is True


def test_settings_that_cannot_be_used_stop_the_start():
    with pytest.raises(SettingsError, match=r"mail\.tls"):
        channels(Settings(mail=Mail(host="mail.example.com", tls="maybe")))


@pytest.mark.parametrize("name", sorted(channels(Settings())))
async def test_no_channel_raises_for_a_failed_hand_over(name):
    notice = Notice(
        key="k",
        shop_id="s",
        order_number="1",
        shipment_id=None,
        audience=Audience.SELLER,
        channel=name,
        template="delivered",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    result = await channels(Settings())[name].send(
        notice, Message(subject="s", text="t"), Recipient(address="\r\n")
    )
    assert result.outcome in Sent


def test_a_language_that_is_not_offered_is_an_error_that_lists_those_that_are():
    assert channels(Settings(language="ar"))
    with pytest.raises(
        SettingsError, match="language: 'de-CH' is none that Milepost speaks; write one of en, "
    ):
        channels(Settings(language="de-CH"))
