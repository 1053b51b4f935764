"""What people paste that is no tracking number: phones, orders, dates, prices, cards, hashes, words, half a number.

Every value is invented. Many pass a check digit of their own, and a few pass a carrier's by chance: the right answer
is still silence. Long because each kind of junk is a line or two, and there are many kinds.
"""

import hashlib
import uuid
from collections.abc import Callable
from random import Random

from tests.corpora.identify import checks
from tests.corpora.identify.formats import ALNUM, DIGITS, LETTERS, some

HEX = "0123456789abcdef"
WORDS = (
    "hoodie",
    "lamp",
    "phone case",
    "serum",
    "yoga mat",
    "coffee beans",
    "dog bed",
    "earbuds",
    "tote bag",
    "notebook",
)
NAMES = ("shop", "support", "orders", "help", "buyer", "sales", "returns", "no-reply")
DOMAINS = ("example.com", "shop.example", "mail.example.org", "example.co.uk", "example.de")


def one_of(*shapes: str) -> Callable[[Random], str]:
    """Texts in which 9 stands for any digit, a wide Ａ for a capital, Ｘ for either; a backslash keeps the next."""

    def make(rng: Random) -> str:
        out, keep = [], False
        for c in rng.choice(shapes):
            if keep or c not in "9ＡＸ\\":
                out.append(c)
                keep = False
            elif c == "\\":
                keep = True
            else:
                out.append(rng.choice({"9": DIGITS, "Ａ": LETTERS, "Ｘ": ALNUM}[c]))
        return "".join(out)

    return make


def with_digit(body: Callable[[Random], str], digit: Callable[[str], str]) -> Callable[[Random], str]:
    def make(rng: Random) -> str:
        serial = body(rng)
        return serial + digit(serial)

    return make


def starting(*heads: str, length: int) -> Callable[[Random], str]:
    def make(rng: Random) -> str:
        head = rng.choice(heads)
        return head + some(rng, length - len(head))

    return make


def date(rng: Random) -> str:
    year, month, day = rng.randint(2024, 2027), rng.randint(1, 12), rng.randint(1, 28)
    shape = rng.choice((
        "{y}-{m:02}-{d:02}", "{m:02}/{d:02}/{y}", "{d:02}.{m:02}.{y}", "{y}{m:02}{d:02}", "{d:02}/{m:02}/{y} 14:05",
        "{y}-{m:02}-{d:02}T09:41:07Z", "{y}-{m:02}-{d:02} 09:41:07.123456+00:00", "{y}{m:02}{d:02}094107", "{y}{m:02}{d:02}094107123",
        "{y}年{m}月{d}日", "{d}/{m}/{y}", "{m}-{d}-{y}", "{y}/{m:02}/{d:02} 23:59",
    ))  # fmt: skip
    return shape.format(y=year, m=month, d=day)


def epoch(rng: Random) -> str:
    seconds = rng.randint(1_700_000_000, 1_830_000_000)
    return rng.choice(
        (str(seconds), f"{seconds}{rng.randint(0, 999):03}", f"{seconds}.{rng.randint(0, 999):03}")
    )


def price(rng: Random) -> str:
    whole, cents = rng.randint(1, 9999), rng.randint(0, 99)
    return rng.choice(
        (
            "${w}.{c:02}",
            "€ {w},{c:02}",
            "{w},{c:02} €",
            "Rp {w}.000",
            "₫{w}.000",
            "£{w}.{c:02}",
            "USD {w}.{c:02}",
            "¥{w}",
            "R$ {w},{c:02}",
            "฿{w}.00",
            "{w}.000.000 VND",
        )
    ).format(w=whole, c=cents)


def card(rng: Random) -> str:
    head, length = rng.choice(
        (("4000", 16), ("4242", 16), ("5555", 16), ("2223", 16), ("3782", 15), ("6011", 16), ("3566", 16))
    )
    number = head + some(rng, length - len(head) - 1)
    number += checks.luhn(number)
    parts = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
    spaced, at = [], 0
    for size in parts:
        spaced.append(number[at : at + size])
        at += size
    return rng.choice((number, " ".join(spaced), "-".join(spaced)))


def isbn13(rng: Random) -> str:
    serial = rng.choice(("978", "979")) + some(rng, 9)
    number = serial + checks.gs1(serial)
    return rng.choice(
        (number, f"{number[:3]}-{number[3]}-{number[4:7]}-{number[7:12]}-{number[12]}", f"ISBN {number}")
    )


def isbn10(rng: Random) -> str:
    serial = some(rng, 9)
    return serial + checks.isbn10(serial)


def iban(rng: Random) -> str:
    country, length = rng.choice((("DE", 18), ("GB", 18), ("FR", 23), ("ES", 20), ("NL", 14), ("PL", 24)))
    body = some(rng, 4, LETTERS) + some(rng, length - 4) if country in {"GB", "NL"} else some(rng, length)
    moved = body + country + "00"
    rest = int("".join(str(checks.ALPHABET.index(c)) for c in moved)) % 97
    number = f"{country}{98 - rest:02}{body}"
    return number if rng.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def container(rng: Random) -> str:
    body = some(rng, 3, LETTERS) + "U" + some(rng, 6)
    return body + checks.container(body)


def air_waybill(rng: Random) -> str:
    serial = some(rng, 7)
    return f"{rng.choice(('020', '176', '157', '160', '235', '618'))}-{serial}{checks.mod7(serial)}"


def hashed(rng: Random) -> str:
    data = str(rng.random()).encode()
    return rng.choice((
        hashlib.md5(data).hexdigest(), hashlib.sha1(data).hexdigest(), hashlib.sha256(data).hexdigest(),
        hashlib.sha1(data).hexdigest()[:7], "sha256:" + hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest().upper(),
    ))  # fmt: skip


def uuid_of(rng: Random) -> str:
    made = uuid.UUID(int=rng.getrandbits(128), version=4)
    return rng.choice((str(made), made.hex, str(made).upper(), "{" + str(made) + "}", f"urn:uuid:{made}"))


def mail(rng: Random) -> str:
    return rng.choice(("{n}{d}@{o}", "{n}+{d}@{o}", "<{n}.{d}@{o}>", "mailto:{n}{d}@{o}")).format(
        n=rng.choice(NAMES), d=some(rng, rng.choice((0, 2, 4, 12))), o=rng.choice(DOMAINS)
    )


def words(rng: Random) -> str:
    return rng.choice((
        "where is my {w}", "i want a refund for the {w}", "{w} x2", "Hello!", "asdfghjkl", "thanks 👍", "???", "refund please",
        "When will my {w} ship?", "ไม่ได้รับของค่ะ", "什么时候发货？", "¿Dónde está mi pedido?", "no tracking yet", "N/A", "null", "None",
        "undefined", "TBA", "TBD", "pending", "#REF!", "-", "lorem ipsum dolor sit amet", "J&T", "my {w} is late", "DELIVERED",
    )).format(w=rng.choice(WORDS))  # fmt: skip


def sentence_without(rng: Random) -> str:
    return rng.choice((
        "Order 5764{a} was placed on 2026-11-03, no tracking number yet.", "Invoice INV-2026-{b}, total $23.99, due 11/30/2026.",
        "Call me at +1 (555) 01{c}-{b} after 5pm, my order is 5764{a}", "SKU {b}-{c}-XL, qty 2, batch {d}",
        "Delivered to 94105-{b} at 14:05, left at unit {c}", "Refund of €{c},99 sent to the card ending in {b}",
        "Bestellung 302-{d}-{d} vom 03.11.2026 noch nicht versendet", "订单号 5764{a}，还没有发货", "Pesanan 5764{a} belum dikirim",
        "Your verification code is {e}. It expires in 10 minutes.", "Meeting ID: {c} {b} {b}", "Flight AA{c} on 11/03, seat {c}A",
    )).format(a=some(rng, 14), b=some(rng, 4), c=some(rng, 3), d=some(rng, 7), e=some(rng, 6))  # fmt: skip


def half_a_number(rng: Random) -> str:
    return rng.choice((
        "1Z" + some(rng, 6, ALNUM), "1Z" + some(rng, 12), "9400 1112 06", "94001", "TBA" + some(rng, 6), "1Z999...", "RB1234", "LP00",
        "9.40011E+21", f"{rng.uniform(1, 9):.5f}E+{rng.choice((11, 14, 17, 19, 21))}", "ending in " + some(rng, 4), "*****" + some(rng, 4),
        "1ZXXXXXXXXXXXXXXXX", "XXXXXXXXXXXX", "RR#########CN", "1Z…" + some(rng, 4), "GFUS", "YT" + some(rng, 5),
    ))  # fmt: skip


def too_long(rng: Random) -> str:
    return rng.choice(
        (
            some(rng, rng.choice((36, 41, 48, 60))),
            "1Z" + some(rng, 30),
            "0" * rng.choice((12, 18, 22, 34)),
            "1" * rng.choice((10, 15, 20)),
            "123456789012345678901234",
            "1234567890",
            "12345678",
            "987654321098",
        )
    )


def unknown_post(rng: Random) -> str:
    """Right in every way, but no post of the world has that suffix."""
    serial = some(rng, 8)
    code = rng.choice(("XX", "ZZ", "QQ", "YX", "XC", "AA", "UK", "EU", "TY", "YW", "SU", "DD", "ZR", "BU"))
    return rng.choice("RLCEUV") + rng.choice(LETTERS) + serial + checks.s10(serial) + code


JUNK: dict[str, Callable[[Random], str]] = {
    "phone": one_of(
        "+1 (555) 01\\9-9999", "555-01\\9-9999", "+4\\9 151 99999999", "+44 7700 \\900999", "07700 \\900999", "+33 6 99 99 99 99", "06 99 99 99 99",
        "+62 812-9999-9999", "08129999999", "+66 8\\9 999 9999", "+84 \\91 234 99 99", "+86 138 9999 9999", "1389999\\9999", "+81 \\90-9999-9999",
        "+34 6\\99 999 999", "(11) \\99999-9999", "5559999999", "15559999999", "+15559999999", "00447700\\900999", "tel:+1555999\\9999",
    ),
    "tiktok_order": starting("5764", "5765", "5770", "5772", "5781", "5790", length=18),
    "tiktok_package": starting("1153", "1154", "1729", length=19),
    "amazon_order": one_of("112-9999999-9999999", "113-9999999-9999999", "302-9999999-9999999", "250-9999999-9999999", "D01-9999999-9999999"),
    "shopify_order": one_of("#1999", "#29999", "1999-Ａ", "gid://shopify/Order/5999999999999", "5999999999999"),
    "ebay_order": one_of("99-99999-99999", "2999999999\\9999", "v1|29999999999|0"),
    "shopee_order": one_of("2\\51103ＡＸＸＸＸＸＸＸ", "2\\60211ＸＸＸＸＸＸＸＸ"),
    "aliexpress_order": starting("819", "300", "811", length=16),
    "etsy_order": starting("2", "3", length=10),
    "paypal_transaction": one_of("9ＡＸ99999ＡＸ999999Ａ", "99Ｘ99999ＸＸ999994Ｘ"),
    "invoice": one_of("INV-2026-9999", "RE-99999", "2026/99999", "F-2026-999", "INV99999999", "FAC/2026/11/9999", "PO-999999", "PO# 4599999999"),
    "ticket": one_of("#999999", "Case 99999999", "CAS-9999999-Ｘ9Ｘ9Ｘ9", "SR-999999999", "[Ticket 9999999]"),
    "sku": one_of("SKU-ＡＡＡ-999-XL", "ＡＡ99-BLK-M", "B0ＸＸＸＸＸＸＸＸ", "ＡＡＡ9999", "99-ＡＡＡ-9999", "TT-HOODIE-XL-BLK", "AB-9999-9"),
    "date": date,
    "epoch": epoch,
    "price": price,
    "time": one_of("19:59", "\\09:59 PM", "19:59:59", "\\9-17 Uhr", "GMT+\\08:00"),
    "zip": one_of("94105", "94105-9999", "SW1Ａ 9ＡＡ", "LS9 9ＡＡ", "10999 Berlin", "75\\009 Paris", "100-9999", "〒150-9999", "K1Ａ 9Ａ9", "28\\009"),
    "card": card,
    "isbn13": isbn13,
    "isbn10": isbn10,
    "ean13": with_digit(starting("400", "500", "690", "871", "490", "880", "789", length=12), checks.gs1),
    "ean8": with_digit(starting("4", "9", "2", length=7), checks.gs1),
    "upc12": with_digit(starting("0", "6", "7", "8", length=11), checks.gs1),
    "gtin14": with_digit(starting("1400", "2690", "1061", length=13), checks.gs1),
    "sscc_20": with_digit(starting("003400", "001061", "003690", "000871", length=19), lambda body: checks.gs1(body[2:])),
    "imei": with_digit(starting("35", "86", "01", length=14), checks.luhn),
    "sim_card": with_digit(starting("8901", "8949", "8944", length=18), checks.luhn),
    "bank_routing": with_digit(starting("02", "12", "32", "07", length=8), checks.bank_routing),
    "iban": iban,
    "account": one_of("99999999", "99-99-99 99999999", "9999999999", "SWIFT ＡＡＡＡDEFFＸＸＸ", "DE999999999", "GB999999999", "EORI GB9999999\\99000"),
    "identity": one_of("999.999.999-99", "99999999Ａ", "99999999-9", "999-99-9999", "Ａ9999999(9)", "9999999999999"),
    "container": container,
    "air_waybill": air_waybill,
    "customs": one_of("26GB99Ａ99999999999", "26DE999999999999\\Ａ9", "2\\6CN99999999999999"),
    "passport_or_flight": one_of("Ａ99999999", "ＡＡ 9999", "BA999", "LH999 03NOV", "PNR ＸＸＸＸＸＸ"),
    "vehicle": one_of("WVW9999ＸＸ99999999", "1HGCM99999Ａ999999", "AB12 CDE", "B-ＡＡ 9999"),
    "serial_of_device": one_of("S/N: ＸＸ9Ｘ9ＸＸＸ9ＸＸ", "C02ＸＸＸＸＸＸＸＸＸ", "SN9999999999", "R5ＡＡ9999ＸＸＸ", "FCC ID: 2ＡＸＸＸ-9999"),
    "uuid": uuid_of,
    "hash": hashed,
    "token": one_of("eyJhbGciOiJIUzI1NiJ\\9.ＸＸＸＸＸＸＸＸＸＸＸＸ.ＸＸＸＸＸＸＸＸＸＸ", "pk_test_ＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸ", "Bearer ＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸ", "AIzaＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸＸ"),
    "mail_address": mail,
    "web_address": one_of("https://shop.example/products/9999999999", "https://vm.tiktok.com/ZMＸＸＸＸＸＸＸ/", "www.example.com/?id=999999999999", "https://youtu.be/ＸＸＸＸＸＸＸＸＸＸＸ", "https://www.tiktok.com/@shop/video/7999999999999999999", "https://www.ups.com/", "https://tools.usps.com/go/TrackConfirmAction?tLabels="),
    "network": one_of("192.168.9.99", "10.9.99.9:8080", "2001:db8::9999", "00:1Ａ:9\\C:99:99:99", "fe80::1%eth0"),
    "coordinates": one_of("51.5999, -0.1999", "40.7999999,-73.9999999", "N 48° 51.999 E 002° 21.999"),
    "promo_code": one_of("SAVE20", "WELCOME-ＸＸＸＸ", "BLACKFRIDAY26", "ＸＸＸＸ-ＸＸＸＸ-ＸＸＸＸ", "ＸＸＸＸＸ-ＸＸＸＸＸ-ＸＸＸＸＸ-ＸＸＸＸＸ-ＸＸＸＸＸ", "FREESHIP99"),
    "words": words,
    "sentence_without_number": sentence_without,
    "half_a_number": half_a_number,
    "too_long_or_too_even": too_long,
    "s10_of_no_post": unknown_post,
    "html_or_code": one_of("<script>alert(999)</script>", "SELECT * FROM orders WHERE id=9999;", '{"id": 99999999, "qty": 2}', "&lt;b&gt;9999&lt;/b&gt;", "=SUM(A1:A\\99)", "../../etc/passwd", "'; DROP TABLE parcels; --"),
    "emoji_and_blanks": lambda rng: rng.choice(("", " ", "\n", "\t\t", "\u200b\u200b", "📦", "📦📦📦 🚚", "\ufeff", "\u3000", "．．．", "🇺🇸 → 🇬🇧", "\u200b \u200b")),
}  # fmt: skip
