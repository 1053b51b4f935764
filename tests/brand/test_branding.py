"""A shop's look: chosen with errors that name the field, shown to its own buyers and to nobody else's, and taken back."""

import io
import random
import re
import struct
import zlib
from contextlib import asynccontextmanager
from dataclasses import replace
from email.headerregistry import Address

import httpx
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from milepost.carry.letterheads import letterhead
from milepost.desk.accounts import add_api_key
from milepost.desk.branding import BrandError, choose, choose_again, looks_of
from milepost.desk.lookup import make_link
from milepost.model.notices import LOGO_ID, MY_ORDERS, Audience, Notice
from milepost.model.people import Role
from milepost.notify.channels.email.letter import letter
from milepost.notify.render import Links, render
from milepost.web import build
from tests.flow.house import NOW, SHOP, browsing, house, order, shop

LOOK = f"/console/shops/{SHOP}/look"
BASE = "https://milepost.example"


def picture(color="#c2185b", size=(900, 230), *, around=60, kind="PNG", **more):
    """A logo with see-through paper around it."""
    made = Image.new("RGBA", (size[0] + around, size[1] + around), (0, 0, 0, 0))
    ImageDraw.Draw(made).ellipse((around // 2, around // 2, size[0], size[1]), fill=color)
    out = io.BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


def boast():
    """A small file that says it is a picture of 400 million pixels."""
    body = bytearray(picture(size=(44, 44), around=4))
    body[16:24] = struct.pack(">II", 20_000, 20_000)
    body[29:33] = struct.pack(">I", zlib.crc32(bytes(body[12:29])))
    return bytes(body)


def told():
    """A file with a text in it that nobody is to see."""
    more = PngImagePlugin.PngInfo()
    more.add_text("Comment", "MARKER ada@example.com")
    return picture(pnginfo=more)


@asynccontextmanager
async def bazaar(tmp_path):
    async with house(tmp_path) as here:
        async with here.app.store.transaction() as tx:
            await tx.put_shop(shop(NOW))
            await tx.put_shop(replace(shop(NOW), shop_id="bazaar-2", foreign_id="2", name="Other"))
        await here.hear(order())
        yield here


def visitor(here):
    transport = httpx.ASGITransport(build(here.app, here.milepost.counters))
    return httpx.AsyncClient(transport=transport, base_url="http://test", follow_redirects=True)


async def test_a_look_is_on_the_pages_and_mails_of_its_shop_and_nowhere_else(tmp_path):
    async with bazaar(tmp_path) as here, visitor(here) as buyer:
        token = await make_link(here.app, shop_id=SHOP, order_number="1001")
        plain = await buyer.get(f"/t/{token}")
        assert "/brand/" not in plain.text
        chosen = await choose(here.app, SHOP, name="Mugs & Co", color="#FFD400", logo=told(), by="Ada")
        await choose(here.app, "bazaar-2", name="Secret", color="#123456")
        for path in ("/orders/1001", "/orders/1001/confirmation", "/orders/1001/problem"):
            page = (await buyer.get(path)).text
            assert "/brand/ffd400-1.css" in page, path
            assert 'width="148" height="42"' in page, path
            assert "Mugs &amp; Co" in page, path
            assert "style=" not in page, path
            assert not any(other in page for other in ("Secret", "123456", SHOP, "Bazaar")), path
        assert "/brand/" not in (await buyer.get("/")).text
        sheet = await buyer.get("/brand/ffd400-1.css")
        assert sheet.headers["content-type"].startswith("text/css")
        assert "immutable" in sheet.headers["cache-control"]
        assert "--brand:#ffd400" in sheet.text, "on dark ground it stays as it was chosen"
        logo = await buyer.get(chosen.logo_path)
        assert logo.headers["content-type"] == "image/png"
        assert b"MARKER" not in logo.content
        assert len(logo.content) < 40_000
        assert (
            Image.open(io.BytesIO(logo.content)).size == (chosen.logo_width, chosen.logo_height) == (480, 111)
        )
        for wrong in ("ffd400-2.css", "ffd40-1.css", "FFD400-1.css", "logo/1.png", f"logo/{'0' * 32}.png"):
            assert (await buyer.get(f"/brand/{wrong}")).status_code == 404, wrong
        notice = Notice(
            key="k",
            shop_id=SHOP,
            order_number="1001",
            shipment_id=None,
            audience=Audience.BUYER,
            channel="email",
            template="delivered",
            facts={"happened_at": NOW.isoformat()},
            created_at=NOW,
        )
        name, head = await letterhead(notice, here.app)
        mail = render(notice, Links(order=BASE), shop_name=name, head=head)
        (image,) = re.findall(r"<img[^>]*>", mail.html)
        for told_of in (f'src="cid:{LOGO_ID}"', 'width="138"', 'height="32"', 'alt=""'):
            assert told_of in image
        sent = letter(
            notice, mail, sender=Address("", "shop", "example.com"), to=Address("", "ada", "a.example")
        )
        (picture_in_it,) = [one for one in sent.walk() if one.get_content_type() == "image/png"]
        assert picture_in_it["Content-ID"] == f"<{LOGO_ID}>"
        assert picture_in_it.get_content() == logo.content
        assert "src=" not in mail.html.replace('src="cid:', ""), (
            "reading it loads nothing: nobody learns of it"
        )
        assert str(head.colors.light.brand) in mail.html
        assert "Mugs & Co" in mail.shop_name
        for ours in (replace(notice, audience=Audience.SELLER), replace(notice, template=MY_ORDERS)):
            assert (await letterhead(ours, here.app))[1].logo is None


async def test_what_cannot_be_taken_is_told_by_its_field_and_changes_nothing(tmp_path):
    async with bazaar(tmp_path) as here:
        await choose(here.app, SHOP, name="Mugs", color="#0b6b4f")
        for given, field, why in (
            ({"name": "x" * 61}, "name", "at most 60"),
            ({"name": "Mugs\u202e"}, "name", "nobody sees"),
            ({"color": "red"}, "color", "#0b6b4f"),
            ({"color": "#0b6b4f;}body{display:none"}, "color", "#0b6b4f"),
            (
                {"logo": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"},
                "logo",
                "the file is no photo",
            ),
            ({"logo": boast()}, "logo", "the file has more than 40 million"),
            ({"logo": b"x" * 10_000_001}, "logo", "the file is larger than 10 MB"),
        ):
            with pytest.raises(BrandError, match=why) as refused:
                await choose(here.app, SHOP, **{"name": "Mugs", "color": "#0b6b4f", **given})
            assert refused.value.field == field
            assert "%(" not in str(refused.value)
        found = await looks_of(here.app, SHOP)
        assert [(one.name, one.color) for one in found] == [("Mugs", "#0b6b4f"), ("", "")]


async def test_a_logo_with_a_large_color_profile_or_40_megapixels_is_taken_and_nothing_but_pixels_kept(
    tmp_path,
):
    """Drawing programs put profiles of half a megabyte in; kept, no size would be small enough."""
    profile, turned = b"MARKER" + random.Random(8).randbytes(60_000), Image.Exif()
    turned[0x0112] = 6
    large = io.BytesIO()
    Image.new("RGB", (7_200, 5_500), "navy").save(large, "WEBP", quality=1, method=0, exif=turned)
    async with bazaar(tmp_path) as here:
        for kind, body in (
            ("PNG", picture(icc_profile=profile)),
            ("WEBP", picture(kind="WEBP", icc_profile=profile)),
            ("PNG", picture(icc_profile=profile[:400])),
            ("WEBP", large.getvalue()),
        ):
            chosen = await choose(here.app, SHOP, name="Mugs", color="", logo=body)
            kept = await here.app.store.logo(chosen.logo_id)
            chunks = [name for name in (b"iCCP", b"eXIf", b"iTXt", b"MARKER") if name in kept.png]
            assert chunks == [], kind
            assert (kept.width, kept.height) in ((480, 111), (92, 120)), kind


async def test_a_white_logo_gets_ground_and_every_look_can_be_gone_back_to(tmp_path):
    async with bazaar(tmp_path) as here:
        first = await choose(here.app, SHOP, name="", color="#7b1fa2", logo=picture("#ffffff"))
        kept = await here.app.store.logo(first.logo_id)
        corner = Image.open(io.BytesIO(kept.png)).convert("RGBA").getpixel((0, 0))
        assert corner[:3] == (20, 24, 26)
        assert corner[3] == 255
        second = await choose(here.app, SHOP, name="Mugs", color="")
        assert second.logo_id == first.logo_id, "it stays until it is taken away"
        assert await choose(here.app, SHOP, name="Mugs", color="") == second, "the same is no new choice"
        third = await choose(here.app, SHOP, name="Mugs", color="", drop_logo=True)
        assert third.logo_path == ""
        back = await choose_again(here.app, SHOP, 2, by="Ada")
        assert (back.color, back.logo_id, back.chosen_by) == ("#7b1fa2", first.logo_id, "Ada")
        assert await here.app.store.brand(SHOP) == back
        plain = await choose_again(here.app, SHOP, 4)
        assert (plain.name, plain.color, plain.logo_id) == ("", "", "")
        assert await choose_again(here.app, SHOP, 6) is None
        assert await choose_again(here.app, SHOP, 0) is None
        assert len(await looks_of(here.app, SHOP)) == 6


async def test_sellers_choose_in_the_console_for_their_own_shops_only(tmp_path):
    async with bazaar(tmp_path) as here, browsing(here, Role.SELLER, [SHOP]) as seller:
        page = await seller.get(LOOK)
        assert "Nothing was chosen yet" in page.text
        form = {"name": "Mugs", "color": "#ffd400"}
        tried = await seller.post(LOOK, data=form | {"do": "try"}, files={"logo": ("", b"")})
        assert "Tried, not saved" in tried.text
        assert "/brand/try-ffd400-1.css" in tried.text
        assert "#ffd400 is too faint on light ground" in tried.text
        assert await here.app.store.brand(SHOP) is None
        wrong = await seller.post(LOOK, data=form | {"color": "yellow"}, files={"logo": ("", b"")})
        assert wrong.status_code == 400
        assert "Color: write it as #0b6b4f" in wrong.text
        assert 'value="yellow"' in wrong.text
        saved = await seller.post(
            LOOK, data=form, files={"logo": ("l.png", picture())}, follow_redirects=True
        )
        assert "Saved." in saved.text
        assert "/brand/logo/" in saved.text
        again = await seller.post(f"{LOOK}/again", data={"place": "1"}, follow_redirects=True)
        assert "Buyers see that look again." in again.text
        assert (await here.app.store.brand(SHOP)).color == ""
        for path in ("/console/shops/bazaar-2/look", "/console/shops/nobody/look"):
            assert (await seller.get(path)).status_code == 404
            assert (await seller.post(path, data=form, files={"logo": ("", b"")})).status_code == 404
            assert (await seller.post(f"{path}/again", data={"place": "1"})).status_code == 404
        async with browsing(here, Role.SUPPORT) as support:
            assert (await support.get(LOOK)).status_code == 404


async def test_programs_choose_for_their_own_shops_with_a_key_that_may(tmp_path):
    async with bazaar(tmp_path) as here, visitor(here) as program:
        may = await add_api_key(here.app, "one", shop_ids=(SHOP,), may_choose_look=True)
        reads = await add_api_key(here.app, "two")
        path = f"/api/v1/shops/{SHOP}/look"
        program.headers["Authorization"] = f"Bearer {may}"
        own = (await program.get(path)).json()
        assert (own["color"], own["light"]["brand"], own["chosen_at"]) == (None, "#0b6b4f", None)
        assert (await program.post(f"{path}/undo")).status_code == 404
        made = await program.put(path, json={"name": "Mugs", "color": "7B1FA2"})
        assert (made.status_code, made.json()["color"]) == (200, "#7b1fa2")
        for wish, field in (
            ({"color": "red"}, "color"),
            ({"logo": "%%"}, "logo"),
            ({"name": "x" * 61}, "name"),
        ):
            wrong = await program.put(path, json=wish)
            assert wrong.status_code == 400, wish
            assert wrong.json()["errors"][0]["field"] == field
        assert (await program.post(f"{path}/undo")).json()["color"] is None
        assert (await program.put("/api/v1/shops/bazaar-2/look", json={})).status_code == 404
        program.headers["Authorization"] = f"Bearer {reads}"
        assert (await program.put(path, json={"color": "#112233"})).status_code == 403
        assert (await program.get(path)).status_code == 200


async def test_where_there_is_one_shop_its_look_is_on_the_pages_of_no_single_order_too(tmp_path):
    async with house(tmp_path) as here:
        async with here.app.store.transaction() as tx:
            await tx.put_shop(shop(NOW))
        async with visitor(here) as buyer:
            assert "/brand/" not in (await buyer.get("/")).text
        await choose(here.app, SHOP, name="", color="#7b1fa2")
        async with visitor(here) as buyer:
            for path in ("/", "/track/1", "/mine", "/no/such/page", "/glossary"):
                page = (await buyer.get(path, headers={"Accept": "text/html"})).text
                assert "/brand/7b1fa2-1.css" in page, path
                assert "<span>Bazaar</span>" in page, path
            assert "/brand/" not in (await buyer.get("/console/sign-in")).text
        async with here.app.store.transaction() as tx:
            await tx.put_shop(replace(shop(NOW), shop_id="bazaar-2", foreign_id="2", name="Other"))
        async with visitor(here) as buyer:
            assert "/brand/" not in (await buyer.get("/")).text, "of two shops, whose?"
