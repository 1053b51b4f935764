"""A mailbox is looked into and never changed; what a mail says of our parcels is a message and no proof."""

import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from milepost.carry.handed_in import plan_looks
from milepost.carry.hands import carry_out_due
from milepost.clock import SteppedClock
from milepost.desk.imports import import_file
from milepost.desk.mailbox import read_mailbox
from milepost.model.setting import SettingsError
from milepost.ports.sources import AccessError, SourceError
from milepost.record.journey import derive
from milepost.settings import Mailbox, Settings, StoreSettings
from milepost.sources import imap
from milepost.sources.imap import ImapMailbox
from milepost.store.tables import REPORTS
from milepost.wiring import running
from milepost_sandbox.partners.post_office import PostBox, post_office
from tests.notify.mail_server import certificates
from tests.sources.test_handed_in import FOLDER

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
GOOD = "1Z999AA10123456784"
ORDERS = f"order_number,tracking_number,carrier,placed_at\nA-1001,XY123456,Acme,2026-03-03\nA-1,{GOOD},UPS,2026-03-03\n"
OUT = (FOLDER / "mailbox/samples/out_for_delivery.eml").read_bytes()
CAME = (FOLDER / "mailbox/samples/delivered.eml").read_bytes()


@asynccontextmanager
async def town(tmp_path, box, **told):
    url = StoreSettings(url=f"sqlite:{tmp_path}/m.sqlite", key_file=str(tmp_path / "key"))
    mailbox = Mailbox(
        **{"host": "127.0.0.1", "port": box.port, "tls": "none", "username": "shop", "password": "secret"}
        | told
    )
    async with running(Settings(store=url, mailbox=mailbox), clock=SteppedClock(NOW)) as milepost:
        await import_file(milepost.app, ORDERS.encode())
        yield milepost.app


async def journeys(app):
    rows = (await app.store.shipments(shop_ids=None, cursor=None, limit=9)).rows
    told = await app.store.shipment_events([row.shipment.shipment_id for row in rows])
    return {row.shipment.tracking_number: derive(told.get(row.shipment.shipment_id, [])) for row in rows}


async def test_mails_about_our_parcels_count_once_as_messages_and_no_other_mail_is_kept(tmp_path):
    box = PostBox()
    box.put(OUT)
    box.put(CAME)
    box.put(b"Subject: Hello\n\nCall 555-123-4567 about 1Z12345E0205271688\n")
    box.put(b"Subject: big\n\n" + b"x" * 2_000_001)
    async with post_office(box), town(tmp_path, box) as app:
        await plan_looks(app)
        await carry_out_due(app, "w1")
        told = await journeys(app)
        assert (told[GOOD].status, told[GOOD].last_scan_at) == ("out_for_delivery", None)
        assert told["XY123456"].status == "expected", "a mail alone never says delivered"
        (note,) = told["XY123456"].events
        assert (note.event.status, note.event.evidence) == (None, "message")
        assert note.event.occurred.utc <= NOW, "a date years ahead is not believed"
        assert not any(word in note.event.description for word in ("zugestellt", "document", "script"))
        left_out = {"source": "mailbox", "reason": "script_in_mail"}
        assert app.tally.registry.get_sample_value("milepost_refusals_total", left_out) == 2
        promised = await app.store.promises("file_import", "A-1")
        assert any(one.to_at.date().isoformat() == "2026-03-06" for one in promised)
        reports = await app.store.rows(REPORTS.select().where(REPORTS.c.source == "mailbox"))
        assert len(reports) == 2
        app.clock.move(timedelta(seconds=400))
        box.put(b"Subject: Delay\nDate: Sat, 07 Mar 2026 12:00:00 +0000\n\nYour order #A-1 is delayed.\n")
        await carry_out_due(app, "w2")
        assert len((await journeys(app))[GOOD].events) == 2, "found by its order's only parcel"
        assert "UID SEARCH UID 5:*" in " | ".join(box.asked)
    assert box.verbs <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}, "only looked at"
    assert all("PEEK" in line or "SIZE" in line for line in box.asked if "FETCH" in line), "left unread"


async def test_a_mailbox_with_new_numbers_is_read_again_and_changes_nothing(tmp_path):
    box = PostBox()
    box.put(OUT)
    async with post_office(box), town(tmp_path, box) as app:
        await read_mailbox(app)
        before = await journeys(app)
        box.validity = 78
        await read_mailbox(app)
        assert await journeys(app) == before
        assert sum("SINCE 05-Feb-2026" in line for line in box.asked) == 2


async def test_a_full_mailbox_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(imap, "MAILS_MAX", 2)
    box = PostBox()
    for _ in range(4):
        box.put(b"Subject: nothing\n\n")
    box.put(OUT)
    async with post_office(box), town(tmp_path, box) as app:
        statuses = []
        for _ in range(4):
            await read_mailbox(app)
            statuses.append((await journeys(app))[GOOD].status)
        assert statuses == ["expected", "expected", "out_for_delivery", "out_for_delivery"]


async def test_what_is_wrong_with_a_mailbox_is_said_without_its_secrets(tmp_path):
    box = PostBox()
    box.put(OUT)
    async with post_office(box):
        for told, kind, says in [
            ({"password": "wrong"}, AccessError, "check mailbox.username and mailbox.password"),
            ({"folder": "Nowhere"}, AccessError, "check mailbox.folder"),
            ({"port": 1}, SourceError, "mailbox.host cannot be reached"),
            ({"tls": "tls"}, SourceError, "mailbox.host cannot be reached"),
        ]:
            async with town(tmp_path, box, **told) as app:
                with pytest.raises(kind, match=says) as refused:
                    await read_mailbox(app)
                assert "wrong" not in str(refused.value)
        box.drop_at = "FETCH"
        async with town(tmp_path, box) as app:
            with pytest.raises(SourceError, match="could not be read"):
                await read_mailbox(app)
            assert (await journeys(app))[GOOD].status == "expected"
            box.drop_at = ""
            await read_mailbox(app)
            assert (await journeys(app))[GOOD].status == "out_for_delivery", (
                "what was not read is read next time"
            )


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path):
    box = PostBox()
    box.put(OUT)
    theirs, trusted = certificates(tmp_path)
    async with post_office(box, theirs):
        async with town(tmp_path, box, tls="tls") as app:
            with pytest.raises(SourceError, match="its certificate is not trusted"):
                await read_mailbox(app)
        told = Mailbox(host="127.0.0.1", port=box.port, username="shop", password="secret")
        mails = await ImapMailbox(told, trusted).read(None, NOW.date())
        assert len(mails.bodies) == 1
    assert isinstance(trusted, ssl.SSLContext)


@pytest.mark.parametrize(
    "told", [{"host": "mail.example", "tls": "none"}, {"host": "mail.example", "tls": "plain"}]
)
def test_a_mailbox_far_away_is_never_read_without_tls(told):
    with pytest.raises(SettingsError, match=r"mailbox\.tls"):
        ImapMailbox(Mailbox(**told))
