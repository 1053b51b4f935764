"""The map in a mail: the parcel's way as a picture, with words for it, and no more than a forwarded link shows."""

import io
import re
from email import message_from_bytes, policy
from email.headerregistry import Address

import pytest
from PIL import Image

from milepost.desk.switches import switch_on
from milepost.map.picture import png
from milepost.model.notices import PICTURE_ID
from milepost.notify.channels.email.letter import letter
from milepost.show import pictures
from milepost.show.pictures import PX
from milepost.worker import drain
from tests.flow.house import SHOP, Pigeon, house, order, scans

CONTACT = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "address": "12 Rue Cler, 75007 Paris",
    "postal_code": "75007",
}
WAY = ("2026-03-03T08:10+01:00  DEP  Lyon FR", "2026-03-04T01:10+01:00  DEP  Dijon FR")
ATTEMPTED = (*WAY, "2026-03-04T09:30+01:00  ATT  Paris FR")
US, HER = Address("Shop", "shop", "example.com"), Address("", "ada", "example.com")


class Keeper(Pigeon):
    """Keeps what it carried whole."""

    def __init__(self):
        super().__init__()
        self.kept = []

    async def send(self, notice, message, recipient):
        self.kept.append((notice, message))
        return await super().send(notice, message, recipient)


@pytest.fixture
async def mailed(tmp_path):
    """Hears these scans of her parcel: (notice, message) of each mail that went out."""
    keeper = Keeper()
    async with house(tmp_path, pigeon=keeper) as here:
        await here.hear(order("1001", ("AC1",), contact=CONTACT))
        await switch_on(
            here.app,
            shop_id=SHOP,
            order_number="1001",
            channel="email",
            address=CONTACT["email"],
            only_problems=False,
        )

        async def hear(*lines):
            keeper.kept.clear()
            await here.hear(scans("AC1", *lines))
            await drain(here.app)
            return [one for one in keeper.kept if one[0].template != "confirmation"]

        yield hear


async def test_a_mail_about_a_parcel_shows_where_it_is_in_a_picture_and_in_words(mailed):
    await mailed(*WAY)
    ((notice, message),) = await mailed(*ATTEMPTED)
    assert notice.template == "attempted"
    assert message.picture.alt == "Map: Lyon to Paris. Seen last in Paris, as exact as a town."
    picture = Image.open(io.BytesIO(message.picture.png))
    assert (picture.format, picture.width) == ("PNG", PX)
    assert f'src="cid:{PICTURE_ID}"' in message.html
    assert message.picture.alt in message.html
    assert len(message.picture.png) < 120_000


async def test_the_picture_travels_in_the_mail_and_every_try_gives_the_same_bytes(mailed):
    ((notice, message),) = await mailed(*ATTEMPTED)
    written = letter(notice, message, sender=US, to=HER).as_bytes()
    assert written == letter(notice, message, sender=US, to=HER).as_bytes()
    read = message_from_bytes(written, policy=policy.SMTP)
    text, related = read.iter_parts()
    html, image = related.iter_parts()
    assert [one.get_content_type() for one in (read, text, related, html, image)] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    assert image["Content-ID"] == f"<{PICTURE_ID}>"
    assert image.get_content_disposition() == "inline"
    assert image.get_content() == message.picture.png


async def test_a_forwarded_mail_shows_no_door_and_no_name(mailed, monkeypatch):
    drawn = []

    def seen(svg, width):
        drawn.append(svg)
        return png(svg, width)

    monkeypatch.setattr(pictures, "png", seen)
    pictures._kept.clear()
    await mailed(*ATTEMPTED, "2026-03-04T10:30+01:00  DEL  75007 FR")
    words = re.findall(r">([^<]+)</text>", drawn[-1])
    assert "Paris" in words
    for part in ("Ada", "Lovelace", "Cler", "75007"):
        assert part not in drawn[-1]


async def test_without_a_known_place_a_mail_has_words_alone(mailed):
    ((_, message),) = await mailed("2026-03-04T09:30+01:00  ATT  Nowhere")
    assert message.picture is None
    assert "cid:" not in message.html
