"""A buyer says what is wrong, with photos: good ones are kept without a trace, bad ones refused in words."""

import io
import re

import httpx
import pytest
from PIL import Image

from milepost.desk.feedback import PER_DAY_MAX
from milepost.desk.lookup import make_link
from milepost.desk.photos import PHOTO_BYTES_MAX, PHOTOS_MAX, TRIED_MAX, File, take_photos
from milepost.model.people import View
from milepost.web import build
from milepost.worker import drain
from tests.flow.house import SHOP, house, order, scans

DELIVERED = scans("AC1", "2026-03-04T10:00+01:00  DEL  Paris FR")
GPS, MAKER = 0x8825, "MarkerCam 3000"


def photo(size=(64, 48), form="JPEG", **more):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **more)
    return out.getvalue()


def with_gps():
    """A photo that says where it was taken, by which camera, and has a script at its end."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif[0x0112] = 6  # on its side
    exif.get_ifd(GPS)[2] = (48.0, 51.0, 24.0)
    return photo(exif=exif) + b"<script>alert('ZQX')</script>"


def text_of(answer):
    return re.sub(r"\s+", " ", answer.text)


@pytest.fixture
async def buyer(tmp_path):
    """A delivered order, a buyer at its page, and what they can do there."""
    async with house(tmp_path) as milepost:
        await milepost.hear(order(contact={"name": "Ada", "postal_code": "75001"}))
        await milepost.hear(DELIVERED)
        site = build(milepost.app, milepost.milepost.counters)
        token = await make_link(milepost.app, shop_id=SHOP, order_number="1001", view=View.FULL)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=site), base_url="https://m.example"
        ) as one:
            one.headers["Accept"] = "text/html"
            await one.get(f"/t/{token}")
            yield milepost, one


async def tell(one, form, files=()):
    sent = [("photos", (name, body, "image/jpeg")) for name, body in files]
    answer = await one.post("/orders/1001/feedback", data=form, files=sent or {"photos": ("", b"")})
    return answer, text_of(await one.get("/orders/1001"))


async def test_a_report_with_good_and_bad_photos_loses_nothing_and_reaches_the_seller(buyer):
    milepost, one = buyer
    assert "Is everything there?" in text_of(await one.get("/orders/1001"))
    words = "<script>alert(1)</script> the handle is off"
    files = [
        ("kitchen.jpg", with_gps()),
        ("setup.jpg", b"MZ\x90\x00" + b"\x00" * 500),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("wall.png", photo((8000, 5001), "PNG")),
        ("cut.jpg", photo((640, 480))[:-300]),
        ("empty.jpg", b""),
    ]
    answer, page = await tell(one, {"kind": "broken", "words": words}, files)
    assert answer.status_code == 303
    for sentence in (
        "“setup.jpg” is no photo that we can read.",
        "“drawing.svg” is no photo that we can read.",
        "“wall.png” has more than 40 million pixels.",
        "“cut.jpg” is damaged.",
        "“empty.jpg” is empty.",
        "sees this now and answers within 2 days.",
        "with 1 photo",
        "&lt;script&gt;alert(1)&lt;/script&gt; the handle is off",
    ):
        assert sentence in page, sentence
    assert "<script>alert" not in page
    (said,) = await milepost.app.store.feedback(SHOP, "1001")
    kept = await milepost.app.store.photo(said.photo_ids[0], SHOP, "1001")
    assert Image.open(io.BytesIO(kept)).size == (48, 64), "upright, as its camera meant it"
    assert not Image.open(io.BytesIO(kept)).getexif()
    for marker in (MAKER.encode(), b"ZQX", b"Exif"):
        assert marker not in kept
    await drain(milepost.app)
    (entry,) = await milepost.app.store.inbox([SHOP], 10)
    assert entry.subject == "Something came broken: a buyer waits for you"
    assert "handle" not in entry.text
    assert "handle" not in repr(await milepost.kept("feedback"))


async def test_thirty_photos_at_once_keep_ten_and_say_so(buyer):
    milepost, one = buyer
    small = photo((8, 8))
    _, page = await tell(one, {"kind": "missing"}, [(f"{number}.jpg", small) for number in range(30)])
    (said,) = await milepost.app.store.feedback(SHOP, "1001")
    assert len(said.photo_ids) == PHOTOS_MAX
    assert "20 more photos were left out: 10 at a time." in page


async def test_files_that_are_no_photos_take_no_room_from_those_that_are(buyer):
    """Good photos behind many bad files were called empty, although there was room for them."""
    milepost, one = buyer
    bad = [(f"bad{number}.jpg", b"") for number in range(12)]
    _, page = await tell(one, {"kind": "missing"}, [*bad, ("good.jpg", photo((8, 8)))])
    (said,) = await milepost.app.store.feedback(SHOP, "1001")
    assert len(said.photo_ids) == 1
    assert "“bad11.jpg” is empty" in page
    assert "“good.jpg”" not in page
    _, page = await tell(one, {"kind": "missing"}, [("bad.jpg", b"")] * (TRIED_MAX + 3))
    assert "3 more photos were left out" in page, "an end to what is looked at"


async def test_a_photo_larger_than_ten_megabytes_is_refused_unread():
    big = io.BytesIO(b"\xff\xd8" + b"\x00" * 20_000_000)

    async def read(most):
        return big.read(most)

    taken = await take_photos([File("big.jpg", read)])
    assert big.tell() == PHOTO_BYTES_MAX + 1, "no further than to see that it is too large"
    assert taken.refused == ("“big.jpg” is larger than 10 MB. Send it smaller; a screenshot of it will do.",)


async def test_what_is_missing_is_said_with_all_that_was_filled_in(buyer):
    milepost, one = buyer
    answer = await one.post(
        "/orders/1001/feedback", data={"kind": "", "words": "the lid"}, files={"photos": ("", b"")}
    )
    assert answer.status_code == 400
    assert "Choose what happened." in answer.text
    assert "the lid</textarea>" in answer.text
    part = await one.post(
        "/orders/1001/feedback",
        data={"kind": "details", "from": "problem", "words": "wrong street"},
        files={"photos": ("", b"")},
    )
    assert part.status_code == 400
    assert "Choose which part of the order is wrong." in part.text
    assert "wrong street</textarea>" in part.text
    assert await milepost.app.store.feedback(SHOP, "1001") == []


async def test_all_good_is_one_press_and_bothers_nobody(buyer):
    milepost, one = buyer
    _, page = await tell(one, {"all": "good"})
    assert "The seller knows that it came well." in page
    await drain(milepost.app)
    assert await milepost.app.store.inbox([SHOP], 10) == []


async def test_who_writes_all_day_is_told_to_wait_and_a_stranger_to_prove_it(buyer):
    _, one = buyer
    for _ in range(PER_DAY_MAX):
        await tell(one, {"kind": "other"})
    answer = await one.post("/orders/1001/feedback", data={"kind": "other"}, files={"photos": ("", b"")})
    assert answer.status_code == 400
    assert "You wrote five times today" in answer.text
    one.cookies.clear()
    stranger = await one.post("/orders/1001/feedback", data={"kind": "other"}, files={"photos": ("", b"")})
    assert stranger.status_code == 403
