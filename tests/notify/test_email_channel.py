"""E-mail against a real mail server: sent once, put off, refused, uncertain, and nothing smuggled in."""

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from milepost.model.notices import Audience, Message, Notice, Recipient
from milepost.model.setting import SettingsError
from milepost.notify.channels.email.channel import EmailChannel
from milepost.notify.channels.email.letter import AddressError, mailbox
from milepost.ports.notify import Sent
from milepost.settings import Mail
from tests.notify.mail_server import PostOffice, certificates, post_office

NOTICE = Notice(
    key="s1:576461413038785752:delivered:2026-11-22:buyer:email",
    shop_id="shop",
    order_number="576461413038785752",
    shipment_id="s1",
    audience=Audience.BUYER,
    channel="email",
    template="delivered",
    created_at=datetime(2026, 11, 22, 14, 31, tzinfo=UTC),
)
MESSAGE = Message(
    subject="Delivered Sunday 22 November, 2:31 PM",
    text="Delivered\n\nSee the whole journey: http://127.0.0.1/t/abc\n",
    html="<!doctype html><p>Delivered</p>",
    unsubscribe_url="http://127.0.0.1/u/abc",
)
BUYER = Recipient(address="ann@example.com")


def channel(office, **mail):
    settings = {
        "host": "127.0.0.1",
        "port": office.port,
        "tls": "none",
        "sender": "Marlow & Finch <news@shop.example>",
    }
    return EmailChannel(Mail(**(settings | mail)))


def text_of(letter):
    """The text part with the line ends of this machine."""
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


async def test_a_message_arrives_once_as_text_and_html_with_all_its_headers():
    async with post_office() as office:
        result = await channel(office).send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, result.detail) == (Sent.SENT, "taken by the mail server")
    (letter,) = office.letters
    assert letter["From"] == "Marlow & Finch <news@shop.example>"
    assert letter["To"] == "ann@example.com"
    assert letter["Subject"] == "Delivered Sunday 22 November, 2:31 PM"
    assert letter["Date"] == "Sun, 22 Nov 2026 14:31:00 +0000"
    assert letter["Message-ID"] == result.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == "<http://127.0.0.1/u/abc>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert text_of(letter) == MESSAGE.text
    assert letter.get_body(("html",)).get_content().strip() == MESSAGE.html
    assert office.envelopes[0].mail_from == "news@shop.example"
    assert office.envelopes[0].rcpt_tos == ["ann@example.com"]


async def test_the_message_id_is_the_same_for_every_try_and_other_for_another_notice_or_receiver():
    async with post_office() as office:
        mail = channel(office)
        first = await mail.send(NOTICE, MESSAGE, BUYER)
        again = await mail.send(NOTICE, MESSAGE, BUYER)
        other = await mail.send(replace(NOTICE, key="other"), MESSAGE, BUYER)
        bob = await mail.send(NOTICE, MESSAGE, Recipient(address="bob@example.com"))
    assert first.message_id == again.message_id
    assert len({first.message_id, other.message_id, bob.message_id}) == 3
    assert "ann" not in first.message_id
    assert office.envelopes[0].content == office.envelopes[1].content


@pytest.mark.parametrize(
    ("office", "outcome", "detail"),
    [
        (
            {"to_receiver": "450 4.2.0 ann@example.com is busy"},
            Sent.RETRY,
            "the server said 450 4.2.0 when naming the receiver",
        ),
        ({"to_data": "451 4.3.0 no room"}, Sent.RETRY, "the server said 451 4.3.0 when handing over"),
        ({"to_sender": "421 4.7.0 too many"}, Sent.RETRY, "the server said 421 4.7.0 when naming the sender"),
        (
            {"to_receiver": "550 5.1.1 no ann@example.com here"},
            Sent.REFUSED,
            "the server said 550 5.1.1 when naming the receiver",
        ),
        ({"to_data": "554 looks like spam"}, Sent.REFUSED, "the server said 554 when handing over"),
    ],
)
async def test_a_no_for_now_is_tried_again_and_a_no_for_good_is_not(office, outcome, detail):
    async with post_office(PostOffice(**office)) as running:
        result = await channel(running).send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, result.detail) == (outcome, detail)


async def test_a_line_lost_after_data_is_uncertain_and_keeps_its_message_id():
    async with post_office(PostOffice(drop_at="DATA")) as office:
        result = await channel(office).send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, result.detail) == (
        Sent.UNCERTAIN,
        "the line was lost after the message was given away",
    )
    assert result.message_id == office.letters[0]["Message-ID"]


async def test_a_line_lost_before_data_is_tried_again():
    async with post_office(PostOffice(drop_at="MAIL")) as office:
        result = await channel(office).send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, result.detail) == (Sent.RETRY, "the line was lost when naming the sender")


async def test_a_server_that_is_not_there_is_tried_again():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        office = PostOffice()
        office.port = taken.getsockname()[1]
        result = await channel(office).send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, result.detail) == (Sent.RETRY, "the line was lost when connecting")


async def test_a_server_that_says_nothing_is_given_up_in_time(monkeypatch):
    from milepost.notify.channels.email import channel as module

    monkeypatch.setattr(module, "CONNECT_S_MAX", 0.1)

    async def say_nothing(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        office = PostOffice()
        office.port = server.sockets[0].getsockname()[1]
        result = await channel(office).send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, result.detail) == (Sent.RETRY, "time ran out when connecting")


@pytest.mark.parametrize(
    "subject",
    [
        "Delivered\r\nBcc: eve@example.com",
        "Delivered\nBcc: eve@example.com\n\nbody",
        "Delivered\r\n\r\n<script>",
        "Delivered\u2028Bcc: eve@example.com",
        "Delivered\x00\x1b",
    ],
)
async def test_a_subject_with_line_breaks_stays_one_header(subject):
    async with post_office() as office:
        result = await channel(office).send(NOTICE, replace(MESSAGE, subject=subject), BUYER)
    assert result.outcome is Sent.SENT
    (letter,) = office.letters
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("Delivered")
    assert "\n" not in letter["Subject"]
    assert office.envelopes[0].rcpt_tos == ["ann@example.com"]
    assert text_of(letter) == MESSAGE.text


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com\r\nBcc: eve@example.com",
        "ann@example.com, eve@example.com",
        "ann@example.com>\r\nRCPT TO:<eve@example.com",
        "ann@example.com\nDATA",
        "Ann <ann@example.com>, eve@example.com",
        "ann",
        "@example.com",
        "ann@",
        "ann@exa mple.com",
        "",
        "a" * 65 + "@example.com",
        "ann@" + "a" * 64 + ".com",
    ],
)
async def test_what_is_not_one_address_is_refused_before_anybody_is_called(address):
    async with post_office() as office:
        result = await channel(office).send(NOTICE, MESSAGE, Recipient(address=address))
    assert result.outcome is Sent.REFUSED
    assert office.envelopes == []
    assert "@" not in result.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/u/a\r\nBcc: eve@example.com",
        "javascript:alert(1)",
        "http://x/" + "a" * 2_000,
        "http://x/><b>",
    ],
)
async def test_a_strange_unsubscribe_address_is_left_out(url):
    async with post_office() as office:
        await channel(office).send(NOTICE, replace(MESSAGE, unsubscribe_url=url), BUYER)
    (letter,) = office.letters
    assert letter["List-Unsubscribe"] is None
    assert letter["Bcc"] is None


async def test_letters_of_every_script_arrive_as_they_were_written():
    message = replace(
        MESSAGE,
        subject="Zugestellt in Köln · 配達済み ✓",
        text="Grüße aus Köln\n配達済み\n.\nA line that is only a dot above must not end the mail.\n"
        + "ä" * 3_000
        + "\n",
        html="<p>Grüße 配達済み</p>",
    )
    async with post_office() as office:
        mail = channel(office, sender="Töpferei Müller <news@töpferei.example>")
        await mail.send(NOTICE, message, Recipient(address="ann@bücher.example"))
    (letter,) = office.letters
    assert letter["Subject"] == message.subject
    assert letter["From"] == "Töpferei Müller <news@xn--tpferei-90a.example>"
    assert text_of(letter) == message.text
    assert "配達済み" in letter.get_body(("html",)).get_content()
    assert office.envelopes[0].rcpt_tos == ["ann@xn--bcher-kva.example"]
    assert office.envelopes[0].content.isascii()
    assert max(map(len, office.envelopes[0].content.splitlines())) <= 998


async def test_a_mailbox_name_outside_ascii_needs_a_server_that_can():
    async with post_office() as office:
        result = await channel(office).send(NOTICE, MESSAGE, Recipient(address="änne@example.com"))
    assert (result.outcome, office.envelopes) == (Sent.RETRY, [])


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_signing_in_works_and_a_wrong_password_is_the_operators_matter():
    async with post_office(password="secret") as office:
        right = await channel(office, username="milepost", password="secret").send(NOTICE, MESSAGE, BUYER)
        wrong = await channel(office, username="milepost", password="wrong").send(NOTICE, MESSAGE, BUYER)
    assert right.outcome is Sent.SENT
    assert (wrong.outcome, wrong.detail) == (Sent.RETRY, "the server said 535 5.7.8 when signing in")


@pytest.mark.parametrize("mode", ["tls", "starttls"])
async def test_tls_is_spoken_and_the_certificate_checked(tmp_path, mode):
    serving, trusting = certificates(tmp_path)
    async with post_office(**{mode: serving}) as office:
        mail = Mail(host="127.0.0.1", port=office.port, tls=mode)
        trusted = await EmailChannel(mail, tls_context=trusting).send(NOTICE, MESSAGE, BUYER)
        strange = await EmailChannel(mail).send(NOTICE, MESSAGE, BUYER)
    assert trusted.outcome is Sent.SENT
    assert (strange.outcome, len(office.envelopes)) == (Sent.RETRY, 1)


async def test_a_server_without_starttls_is_told_nothing():
    async with post_office() as office:
        result = await channel(office, tls="starttls").send(NOTICE, MESSAGE, BUYER)
    assert (result.outcome, office.envelopes) == (Sent.RETRY, [])


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        ({"tls": "ssl"}, "mail.tls: 'ssl' is not one of starttls, tls, none"),
        (
            {"tls": "none", "host": "mail.example.com"},
            "mail.tls: `none` is only for a server on this machine",
        ),
        ({"port": 0}, "mail.port: 0 is not a port"),
        ({"sender": "Milepost"}, "mail.sender: not one e-mail address; write it as"),
    ],
)
def test_settings_that_cannot_be_used_name_the_setting_and_the_fix(mail, says):
    with pytest.raises(SettingsError, match=says):
        EmailChannel(Mail(**({"host": "127.0.0.1"} | mail)))


async def test_without_a_server_the_channel_is_not_set_up():
    mail = EmailChannel(Mail())
    assert mail.is_configured is False
    assert (await mail.send(NOTICE, MESSAGE, BUYER)).outcome is Sent.REFUSED


def test_an_address_with_a_name_is_read():
    assert str(mailbox("Marlow & Finch <news@shop.example>")) == "Marlow & Finch <news@shop.example>"
    with pytest.raises(AddressError):
        mailbox("news@shop.example (and more)")
