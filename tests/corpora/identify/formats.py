"""Every format of a tracking number that the set knows: how it looks, who issues it, its check digit, how to make one.

Long because it is one table, and a table is read best in one piece. The formulas stand in checks.py. Confidence is
`documented` (a carrier's own page, a standard, or a dataset with worked examples), `observed` (real-looking numbers in
public code or reports) or `unconfirmed` (one secondary source; shape only).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from tests.corpora.identify import checks

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALNUM = DIGITS + LETTERS

AIRPORTS = (
    "DFW",
    "MIA",
    "LAX",
    "EWR",
    "ATL",
    "ORD",
    "JFK",
    "SEA",
    "PHX",
    "IAH",
    "BOS",
    "DEN",
    "LAS",
    "CLT",
    "SFO",
)
USPS_CLASSES = ("001", "055", "073", "108", "111", "116", "205", "361", "400", "405", "612", "701", "748")


@dataclass(frozen=True)
class Format:
    """One way in which one carrier writes numbers."""

    name: str
    carrier: str
    confidence: str
    shape: re.Pattern[str]
    build: Callable[[Random], str]
    check: Callable[[str], bool] | None = None  # is the check digit right, given that the shape fits
    told: str = (
        "alone"  # alone: the number tells the carrier; hint: only a provider, page or country does; beyond
    )
    pinned: bool = True  # the shape leaves no doubt even when the check digit fails
    near: tuple[str, ...] = ()  # carriers that a careful person accepts beside it
    home: tuple[str, ...] = ()  # destination countries that tell the carrier, where the number alone does not

    def fits(self, number: str) -> bool:
        return self.shape.fullmatch(number) is not None

    def accepts(self, number: str) -> bool:
        return self.fits(number) and (self.check is None or self.check(number))


def accepting(number: str, formats: Iterable[Format] | None = None) -> list[Format]:
    """All formats that a number satisfies, check digit included."""
    return [each for each in (FORMATS if formats is None else formats) if each.accepts(number)]


def some(rng: Random, count: int, among: str = DIGITS) -> str:
    return "".join(rng.choices(among, k=count))


def checked(make: Callable[[Random], str], digit: Callable[[str], str]) -> Callable[[Random], str]:
    """A builder that ends with its own check digit; `digit` looks at all that stands before."""

    def build(rng: Random) -> str:
        body = make(rng)
        return body + digit(body)

    return build


def ends_in(digit: Callable[[str], str]) -> Callable[[str], bool]:
    return lambda number: digit(number[:-1]) == number[-1]


def row(name: str, carrier: str, confidence: str, shape: str, make, digit=None, **more) -> Format:  # noqa: PLR0917 - a table
    """A format whose check digit, if it has one, is the last character."""
    build = checked(make, digit) if digit else make
    check = ends_in(digit) if digit else None
    return Format(name, carrier, confidence, re.compile(shape), build, check, **more)


# How the bodies are drawn, and what the check digits look at.


def ups_body(rng: Random) -> str:
    shipper = some(rng, 6, ALNUM) if rng.random() < 0.7 else some(rng, 6)
    service = rng.choice(
        ("01", "02", "03", "12", "13", "15", "20", "22", "42", "66", "68", "72", "78", "90", "A8", "YW", "DW")
    )
    return "1Z" + shipper + service + some(rng, 7)


def after(skip: int, digit: Callable[[str], str]) -> Callable[[str], str]:
    """A check digit that ignores the first characters."""
    return lambda body: digit(body[skip:])


def ups_digit(serial: str) -> str:
    return checks.mod10(serial, odds=2)


def fedex_express(serial: str) -> str:
    return checks.weighted(serial, (3, 1, 7))


def fedex_long(body: str) -> str:
    return checks.weighted(body[-13:], (1, 7, 3))


def odds_three(serial: str) -> str:
    return checks.mod10(serial, odds=3)


def evens_three(serial: str) -> str:
    return checks.mod10(serial, evens=3)


def evens_three_after_91(serial: str) -> str:
    return checks.mod10("91" + serial, evens=3)


def astra_digit(number: str) -> str:
    return fedex_express(number[16:27])


def astra_build(rng: Random) -> str:
    body = "3" + some(rng, 26)
    return body + fedex_express(body[16:27]) + some(rng, 4)


def fedex_34_body(rng: Random) -> str:
    head = rng.choice(("10019", "10021", "10022", "10029", "1001", "1002"))
    zipcode = some(rng, 5)
    serial = "00" + some(rng, 11) if rng.random() < 0.8 else some(rng, 13)
    return head + some(rng, 15 - len(head)) + zipcode + serial


def gsn_body(rng: Random) -> str:
    return "96" + rng.choice(("22", "32")) + "00" + some(rng, 3) + some(rng, 10) + "0" + "00" + some(rng, 11)


def impb_body(kind: str) -> Callable[[Random], str]:
    """An Intelligent Mail package barcode; the mailer's number has nine digits and begins with 9, or six and does not."""

    def body(rng: Random) -> str:
        nine = kind == "92" or (kind == "94" and rng.random() < 0.5)
        mailer = "9" + some(rng, 8) if nine else rng.choice("012345678") + some(rng, 5)
        length = rng.choice((22, 22, 22, 22, 26, 30)) if kind in {"92", "93", "94"} else 22
        head = kind + rng.choice(USPS_CLASSES) + mailer
        if head.startswith("92612"):
            head = "92748" + head[5:]  # 92612 is shared with others and has cases of its own
        return head + some(rng, length - 1 - len(head))

    return body


def ontrac_digit(first: str) -> Callable[[str], str]:
    def digit(body: str) -> str:
        serial = body[1:]
        return checks.mod10(serial if serial.startswith(first) else first + serial, odds=2)

    return digit


def waybill_body(rng: Random) -> str:
    return rng.choice("HJKTV" if rng.random() < 0.9 else "A") + some(rng, 9)


def lasership_cx(rng: Random) -> str:
    return "1LSCX" + some(rng, 10, ALNUM)


def piece_build(rng: Random) -> str:
    head = rng.choice(("JVGL", "JVGL", "JJD"))
    return head + "0" + some(rng, 9 if len(head) == 4 else rng.choice((8, 9)))


def purolator_alpha(rng: Random) -> str:
    return rng.choice("BCDEFGHKLMNPRSTVW") + some(rng, 2, LETTERS) + some(rng, 9)


def flash_build(rng: Random) -> str:
    middle = some(rng, 2, LETTERS) + some(rng, rng.choice((5, 6)), ALNUM)
    return "TH" + some(rng, 4) + middle + some(rng, 1) + rng.choice(LETTERS)


def spx_build(rng: Random) -> str:
    head = "SPX" + rng.choice(("VN", "MY", "TH", "ID", "PH", "SG", "TW")) + "0" + some(rng, 10)
    return head + (some(rng, 1) if rng.random() < 0.6 else rng.choice("ABCDEFG"))


def spx_other(rng: Random) -> str:
    head = rng.choice(("ID", "BR", "TH", "PH", "VN", "MY"))
    return head + "2" + some(rng, 11) + rng.choice("ABCDEFGKMPX")


def speedx_build(rng: Random) -> str:
    return "SPX" + rng.choice(AIRPORTS) + "0" + some(rng, rng.choice((11, 11, 11, 17)))


def evri_build(rng: Random) -> str:
    middle = some(rng, 2) + some(rng, 3, ALNUM) if rng.random() < 0.7 else some(rng, 5)
    return rng.choice("HTCP") + middle + some(rng, 10)


def yanwen_build(rng: Random) -> str:
    serial = some(rng, 8)
    return "U" + rng.choice(LETTERS) + serial + checks.s10(serial) + "YP"


def correos_build(rng: Random) -> str:
    client = some(rng, 4, "0123456789ABCDEFGHJKLMNPQRSTVWXYZ")
    postcode = f"{rng.randint(1, 52):02}" + some(rng, 3)
    head = rng.choice(("PQ", "PK", "PR", "PH", "PS"))
    return (
        head + client + some(rng, 2) + some(rng, 7) + "01" + postcode + rng.choice("TRWAGMYFPDXBNJZSQVHLCKE")
    )


def ghtk_build(rng: Random) -> str:
    return "S" + some(rng, rng.choice((6, 7, 8))) + "." + some(rng, rng.choice((8, 9, 10)))


def gls_8x(rng: Random) -> str:
    return rng.choice("XYZ") + some(rng, 3, LETTERS) + some(rng, 1) + some(rng, 3, LETTERS)


def jt_letter(rng: Random) -> str:
    kind = rng.choice("TTPXXOD")
    return "J" + kind + some(rng, rng.choice((10, 10, 10, 12, 13) if kind != "D" else (10, 11)))


def ninja_nv(rng: Random) -> str:
    return "NV" + rng.choice(("SG", "MY", "PH", "TH", "VN", "ID")) + some(rng, 4, LETTERS) + some(rng, 9)


def ninja_shop(rng: Random) -> str:
    return rng.choice(("SHPRT", "LUMMY", "ZALMY", "SHEIN", "QOOTN")) + some(rng, 4, LETTERS) + some(rng, 9)


def poste_build(rng: Random) -> str:
    return rng.choice(("1UW", "3UW")) + "1G" + rng.choice("2FYZ") + some(rng, 7)


def colissimo_build(rng: Random) -> str:
    return rng.choice(("6A", "6A", "6C", "6G", "6H", "6Q", "8R", "8V", "9V", "5Z", "1L", "2L")) + some(
        rng, 11
    )


def before(start: Iterable[str] | str, count: int, among: str = DIGITS) -> Callable[[Random], str]:
    """One of some beginnings, then so many characters."""
    starts = (start,) if isinstance(start, str) else tuple(start)
    return lambda rng: rng.choice(starts) + some(rng, count, among)


def between(
    start: Iterable[str] | str, least: int, most: int, among: str = DIGITS
) -> Callable[[Random], str]:
    starts = (start,) if isinstance(start, str) else tuple(start)
    return lambda rng: rng.choice(starts) + some(rng, rng.randint(least, most), among)


D, O, U = "documented", "observed", "unconfirmed"  # noqa: E741 - a column of the table below
LOOSE = {"told": "hint", "pinned": False}
BARE = {"pinned": False}
BEYOND = {"told": "beyond", "pinned": False}

# fmt: off
FORMATS: tuple[Format, ...] = (
    # UPS
    row("ups_1z", "ups", D, r"1Z[0-9A-Z]{15}[0-9]", ups_body, after(2, ups_digit)),
    row("ups_waybill", "ups", D, r"[AHJKTV][0-9]{10}", waybill_body, after(1, ups_digit), **BARE),
    row("ups_12", "ups", D, r"[0-9]{12}", before("", 12), **LOOSE),
    row("ups_9", "ups", D, r"[0-9]{9}", before("", 9), **LOOSE),
    # FedEx
    row("fedex_12", "fedex", D, r"[0-9]{12}", before("", 11), fedex_express, **BARE),
    row("fedex_34", "fedex", D, r"[0-8][0-9]{33}", fedex_34_body, fedex_long, **BARE),
    Format("fedex_astra_32", "fedex", D, re.compile(r"3[0-9]{31}"), astra_build, lambda n: astra_digit(n) == n[27], **BARE),
    row("fedex_15", "fedex", D, r"[0-9]{15}", before("", 14), odds_three, **BARE),
    row("fedex_sscc_18", "fedex", D, r"[0-9]{18}", before(("00", "01", "02", "04"), 15), after(2, evens_three), **BARE),
    row("fedex_96_22", "fedex", D, r"96[0-9]{20}", before(("9611020", "9612019", "9612804", "9611918"), 14), after(7, odds_three)),
    row("fedex_gsn_34", "fedex", D, r"96[0-9]{32}", gsn_body, fedex_long),
    # USPS
    row("usps_20", "usps", D, r"[0-9]{20}", before(("03", "23", "70", "71", "73", "77", "81", "82"), 17), evens_three, **BARE),
    row("usps_20_without_91", "usps", D, r"[0-9]{20}", before(("70", "71", "73", "01", "02"), 17), evens_three_after_91, **BARE),
    row("usps_legacy_91", "usps", D, r"91[0-9]{20}", before("91", 19), evens_three),
    row("usps_impb_92", "usps", D, r"92[0-9]{3}9[0-9]{8}(?:[0-9]{8}|[0-9]{12}|[0-9]{16})", impb_body("92"), checks.gs1),
    row("usps_impb_93", "usps", D, r"93[0-9]{3}[0-8][0-9]{5}(?:[0-9]{11}|[0-9]{15}|[0-9]{19})", impb_body("93"), checks.gs1),
    row("usps_impb_94", "usps", D, r"94[0-9]{20}(?:[0-9]{4}|[0-9]{8})?", impb_body("94"), checks.gs1),
    row("usps_impb_95", "usps", D, r"95[0-9]{20}", impb_body("95"), checks.gs1),
    row("usps_impb_shared", "usps", D, r"92612[0-9]{17}", before(("926129", "926127"), 15), checks.gs1, near=("fedex", "dhl_ecommerce")),
    # DHL Express, DHL eCommerce, Deutsche Post
    row("dhl_express_10", "dhl", D, r"[0-9]{10}", before("", 9), checks.mod7, **BARE),
    row("dhl_express_11", "dhl", D, r"[0-9]{11}", before("", 10), checks.mod7, **BARE),
    row("dhl_piece", "dhl", D, r"J[A-Z]{2,3}[0-9]{9,10}", piece_build, near=("deutsche_post",)),
    row("dhl_ecommerce_gm", "dhl_ecommerce", D, r"GM[0-9]{10,39}", between("GM", 16, 18), near=("dhl",)),
    row("dhl_ecommerce_other", "dhl_ecommerce", D, r"(?:LX|RX|UV|CN|SG|TH|IN|HK|MY)[0-9]{10,39}", between(("LX", "RX", "UV", "SG", "HK", "MY"), 12, 18), near=("dhl",), **LOOSE),
    row("dhl_ecommerce_14", "dhl_ecommerce", D, r"[0-9]{14}", before(("6012", "5108"), 10), near=("dhl",), **LOOSE),
    row("dhl_paket_20", "deutsche_post", D, r"003404[0-9]{14}", before("00340434", 11), checks.gs1, near=("dhl",)),
    row("dhl_paket_12", "deutsche_post", D, r"[0-9]{12}", before("", 11), checks.identcode, near=("dhl",), home=("DE",), **LOOSE),
    row("dhl_paket_jjd", "deutsche_post", D, r"JJD[0-9]{12,13}", before(("JJD14", "JJD01"), 11), near=("dhl", "dhl_ecommerce", "yodel")),
    # Other carriers with worked examples
    row("dpd_28", "dpd", D, r"[0-9]{27}[0-9A-Z]", before("00", 25), checks.mod37_36, **BARE),
    row("dpd_15", "dpd", D, r"[0-9]{14}[0-9A-Z]", before(("0", "1"), 13), checks.mod37_36, **BARE),
    row("dpd_14", "dpd", O, r"[0-9]{14}", before(("15", "05", "01", "09"), 12), home=("GB",), **LOOSE),
    row("amazon_tba", "amazon_shipping", D, r"TB[ACM][0-9]{12}", before(("TBA", "TBA", "TBA", "TBC", "TBM"), 12)),
    row("amazon_abroad", "amazon_shipping", D, r"[AFC][0-9]{10}", before(("A", "F", "C", "F", "C"), 10)),
    row("canada_post_16", "canada_post", D, r"[0-9]{16}", before("", 15), evens_three, **BARE),
    row("canpar", "canpar", D, r"[CDKLSUXZ][0-9]{21}", before(tuple("CDKLSUXZ"), 21)),
    row("gofo", "gofo", D, r"GFUS[0-9]{14}", before("GFUS01", 12)),
    row("landmark", "landmark", D, r"LTN[0-9]{8}N1", lambda rng: "LTN" + some(rng, 8) + "N1"),
    row("lasership_l", "ontrac", D, r"L[AIEHNX][1-3][0-9]{7}", lambda rng: "L" + rng.choice("AIEHNX") + rng.choice("123") + some(rng, 7), near=("lasership",)),
    row("lasership_15", "ontrac", D, r"1LS7[12][0-9]{10}", before(("1LS71", "1LS72"), 10), near=("lasership",)),
    row("lasership_18", "ontrac", D, r"1LS7[12][0-9]{2}01[1-4][0-9]{6}-?1", lambda rng: "1LS7" + rng.choice("12") + some(rng, 2) + "01" + rng.choice("1234") + some(rng, 6) + "-1", near=("lasership",)),
    row("lasership_cx", "ontrac", D, r"1LSCX[0-9A-Z]{10}", lasership_cx, near=("lasership",)),
    row("ontrac_c", "ontrac", D, r"C[0-9]{14}", before(("C10", "C11"), 11), ontrac_digit("4")),
    row("ontrac_d", "ontrac", D, r"D[0-9]{14}", before("D100", 10), ontrac_digit("5")),
    row("old_dominion_11", "old_dominion", D, r"(?:777|778|072|780|80[0-9])[0-9]{8}", lambda rng: rng.choice(("777", "778", "072", "780", "80" + some(rng, 1))) + some(rng, 7), checks.luhn, **BARE),
    row("purolator_12", "purolator", D, r"[0-5][0-9]{11}", before(tuple("012345"), 10), checks.luhn, **BARE),
    row("purolator_alpha", "purolator", D, r"[A-Z]{3}[0-9]{9}", purolator_alpha, home=("CA",), **LOOSE),
    row("speedee", "speedee", D, r"SP[0-9]{18}", before("SP0", 17)),
    row("yodel", "yodel", D, r"J?JD[0-9]{16}", before(("JJD0002", "JD0002"), 12), near=("dhl", "inpost")),
    row("yunexpress", "yunexpress", D, r"YT[0-9]{16}", before(("YT2", "YT1"), 15)),
    # The supplement of the reference, with what public code and reports add
    row("jt_letter", "jt_express", O, r"J[TPXOD][0-9]{10,13}", jt_letter),
    row("jt_12_vietnam", "jt_express", O, r"8[045][0-9]{10}", before(("80", "84", "85"), 10), home=("VN",), **LOOSE),
    row("jt_12_malaysia", "jt_express", O, r"6[35][0-9]{10}", before(("63", "65"), 10), home=("MY",), **LOOSE),
    row("jt_12", "jt_express", U, r"[0-9]{12}", before(("82", "78", "60", "61"), 10), **LOOSE),
    row("jt_brazil_15", "jt_express", O, r"(?:888|999)[0-9]{12}", before(("888", "999"), 12), home=("BR",), **LOOSE),
    row("ninja_van_nlidap", "ninja_van", O, r"NL[A-Z]{4}[0-9]{8,12}", between("NLIDAP", 10, 12)),
    row("ninja_van_nv", "ninja_van", U, r"NV[A-Z]{2}[0-9A-Z]{9,15}", ninja_nv),
    row("ninja_van_shop", "ninja_van", O, r"[A-Z]{9}[0-9]{9}", ninja_shop, **LOOSE),
    row("flash_th", "flash", U, r"TH[0-9]{2,12}[0-9A-Z]{2,12}", flash_build),
    row("spx", "spx", O, r"SPX(?:VN|MY|TH|ID|PH|SG|TW)[0-9]{11}[0-9A-Z]", spx_build),
    row("spx_other", "spx", U, r"(?:ID|BR|TH|PH|VN|MY)[0-9]{12,13}[A-Z]", spx_other, near=("flash",), **LOOSE),
    row("ghn", "ghn", U, r"G[0-9A-Z]{7,9}", lambda rng: "G" + some(rng, 1, LETTERS) + some(rng, rng.choice((6, 7, 8)), ALNUM), home=("VN",), **LOOSE),
    row("ghtk", "ghtk", U, r"S[0-9]+(?:\.[0-9A-Z]+)+", ghtk_build, home=("VN",), **LOOSE),
    row("evri_letter", "evri", O, r"[A-Z][0-9]{2}[0-9A-Z]{3}[0-9]{10}", evri_build, home=("GB",)),
    row("evri_16", "evri", O, r"[0-9]{16}", before("", 16), home=("GB",), **LOOSE),
    row("royal_mail_2d", "royal_mail", O, r"[0-9A-F]{21}", lambda rng: rng.choice(("32", "0B", "03")) + "0" + some(rng, 10) + some(rng, 8, "0123456789ABCDEF"), home=("GB",), **LOOSE),
    row("parcelforce_9", "parcelforce", D, r"[A-Z]{2}[0-9]{7}", lambda rng: rng.choice(("PB", "WW", "AN", "SL", "PK")) + some(rng, 7), near=("royal_mail",), home=("GB",), **LOOSE),
    row("parcelforce_14", "parcelforce", D, r"[A-Z]{4}[0-9]{10}", lambda rng: rng.choice("PABWS") + some(rng, 3, LETTERS) + some(rng, 10), near=("royal_mail",), home=("GB",), **LOOSE),
    row("uniuni_uus", "uniuni", O, r"UUS[0-9A-Z]{10,16}", lambda rng: "UUS" + some(rng, 1) + rng.choice("ABC") + some(rng, rng.choice((8, 12, 14)))),
    row("uniuni_ur", "uniuni", D, r"UR(?:[0-9]{17}|B[0-9]{16})", lambda rng: "UR" + rng.choice(("0", "1", "B")) + some(rng, 16)),
    row("speedx", "speedx", O, r"SPX[A-Z]{3}[0-9]{12}(?:[0-9]{6})?", speedx_build),
    row("speedx_spxd", "speedx", U, r"SP(?:XD|EX)[0-9]{10,18}", between(("SPXD", "SPEX"), 12, 16)),
    row("veho", "veho", U, r"VHO?[0-9A-Z]{12,16}", between(("VHO", "VH"), 12, 14, "0123456789ABCDEFGHJK")),
    row("yanwen_yp", "yanwen", U, r"U[A-Z][0-9]{9}YP", yanwen_build),
    row("four_px", "four_px", O, r"4PX[0-9]{13}CN", lambda rng: "4PX300" + some(rng, 10) + "CN"),
    row("cainiao_lp", "cainiao", O, r"LP[0-9]{14}", before("LP00", 12)),
    row("cainiao_cng", "cainiao", U, r"CNG[0-9]{14}", before("CNG00", 12)),
    row("sf_express", "sf_express", O, r"SF[0-9]{13}", before(("SF1", "SF0", "SF6"), 12)),
    row("sf_express_12", "sf_express", O, r"[0-9]{12}", before(("13", "24", "45"), 10), **LOOSE),
    row("inpost_24", "inpost", O, r"[0-9]{24}", before(("6", "5"), 23), home=("PL",), **LOOSE),
    row("gls_8", "gls", D, r"[0-9A-Z]{8}", gls_8x, **LOOSE),
    row("gls_11", "gls", O, r"[0-9]{11}", before("", 11), **LOOSE),
    row("gls_12", "gls", O, r"[0-9]{12}", before(tuple("12345"), 11), **LOOSE),
    row("intelcom", "intelcom", U, r"INTLCMD[0-9]{9}", before("INTLCMD", 9), near=("dragonfly",)),
    row("colissimo", "la_poste", O, r"[0-9][A-Z][0-9]{11}", colissimo_build, home=("FR",), **LOOSE),
    row("correos_23", "correos", D, r"P[A-Z][0-9A-Z]{4}[0-9]{16}[A-Z]", correos_build),
    row("poste_italiane_uw", "poste_italiane", O, r"[13]UW1G[0-9A-Z]{8}", poste_build, home=("IT",), **LOOSE),
    row("australia_post_16", "australia_post", O, r"[0-9A-Z]{3}[0-9]{13}", lambda rng: rng.choice("BCFKMPRTW") + some(rng, 2, LETTERS) + some(rng, 7) + "010006", home=("AU",), **LOOSE),
    row("australia_post_33", "australia_post", U, r"33[A-Z0-9]{3}[0-9]{18}", lambda rng: "33" + some(rng, 3, LETTERS) + some(rng, 18), home=("AU",), **LOOSE),
    row("japan_post_12", "japan_post", O, r"[0-9]{12}", before("", 11), checks.mod7, **LOOSE),
    row("korea_post_13", "korea_post", U, r"[0-9]{13}", before(("6", "7"), 12), home=("KR",), **LOOSE),
    row("china_post_13", "china_post", U, r"9[0-9]{12}", before("98", 11), **LOOSE),
    # Carriers for whom no folder is planned: naming them is right, silence is right, anybody else is wrong
    row("postnl_3s", "postnl", D, r"3S[A-Z]{4}[0-9]{7,9}", lambda rng: "3S" + some(rng, 4, LETTERS) + some(rng, rng.choice((7, 9))), near=("s10:nl",), **BEYOND),
    row("bpost_24", "bpost", O, r"3232[0-9]{20}", before("32321", 19), near=("s10:be",), **BEYOND),
    row("swiss_post_18", "swiss_post", O, r"9[89][0-9]{16}", before(("9934", "9960", "9800"), 14), near=("s10:ch",), **BEYOND),
    row("austrian_post_22", "austrian_post", O, r"10[0-9]{20}", before("1011", 18), near=("s10:at",), **BEYOND),
    row("poczta_polska_20", "poczta_polska", O, r"00359007[0-9]{12}", before("00359007", 11), checks.gs1, near=("s10:pl",), **BEYOND),
    row("packeta_z", "packeta", D, r"Z[0-9]{10}", before("Z", 10), **BEYOND),
    row("yamato_12", "yamato", D, r"[0-9]{12}", before(("4", "3"), 10), checks.mod7, **BEYOND),
    row("hermes_de_14", "hermes_de", D, r"[0-9]{14}", before("09", 11), checks.gs1, **BEYOND),
    row("pos_malaysia", "pos_malaysia", D, r"MYPM[0-9]{11}", before("MYPM", 11), near=("s10:my",), **BEYOND),
    row("ctt_express_22", "ctt_express", O, r"00828[0-9]{17}", before("00828000", 14), **BEYOND),
    row("jd_logistics", "jd_logistics", O, r"JD(?:V[A-Z]?|X)?[0-9]{11,13}", lambda rng: "JDV" + some(rng, 12), **BEYOND),
    row("jne_15", "jne", O, r"[0-9]{15}", before("01", 13), **BEYOND),
    row("delhivery_13", "delhivery", O, r"[0-9]{13}", before(("16", "28"), 11), **BEYOND),
)
# fmt: on

BY_NAME = {each.name: each for each in FORMATS}

# Worked examples of the reference's tables, of the open dataset it names, and of the public pages in README.md.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "ups_1z": ("1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591", "1Z8V92A70367203024"),
    "ups_waybill": ("K1506235620", "J4603636537", "V0490119172", "K2479825491"),
    "fedex_12": ("986578788855", "477179081230", "799531274483", "790535312317", "974367662710"),
    "fedex_34": (
        "1001921334250001000300779017972697",
        "1001921380360001000300639585804382",
        "1001901781990001000300617767839437",
    ),
    "fedex_astra_32": ("32971514560102447849175802862014",),
    "fedex_15": ("041441760228964", "568283610012000", "568283610012734"),
    "fedex_sscc_18": ("000123450000000027",),
    "fedex_96_22": ("9611020987654312345672",),
    "fedex_gsn_34": (
        "9622001900000000000000776632517510",
        "9622001560000000000000794808390594",
        "9632001560123456789900794808390594",
    ),
    "usps_20": ("03071790000523483741", "71123456789123456787"),
    "usps_20_without_91": ("71969010756003077385",),
    "usps_legacy_91": ("9101123456789000000013", "9101026837331000039521"),
    "usps_impb_92": ("92748931507708513018050063", "9200190132607600833457"),
    "usps_impb_93": ("9361289878700317633795",),
    "usps_impb_94": ("9400111206206406260787", "9400111201080805483016", "9405803699300124287899"),
    "usps_impb_95": ("9505511069605048600624",),
    "usps_impb_shared": ("9261290113185417468510", "9261292700768711948021"),
    "dhl_express_10": ("3318810025", "8487135506", "1099255990", "3821724944", "3318810036", "3318810014"),
    "dhl_express_11": ("73891051146",),
    "dhl_piece": ("JVGL0999999990", "JJD0099999999"),
    "dhl_ecommerce_gm": ("GM2951173225174494", "GM295117494011169042"),
    "dhl_ecommerce_14": ("60120172242323", "51087693037816", "60120174971147"),
    "dhl_paket_20": ("00340433836442636597",),
    "dhl_paket_12": ("201298452277",),
    "dhl_paket_jjd": ("JJD1410302937991",),
    "dpd_28": ("008182709980000020033350276C", "008182709980000020045327276N"),
    "dpd_15": ("09980000020033F",),
    "amazon_tba": ("TBA010000000000", "TBA502887274000"),
    "amazon_abroad": ("C1004444443",),
    "canada_post_16": ("0073938000549297", "7035114477138472"),
    "canpar": ("D576002440000001718010", "L576002440000000001004"),
    "gofo": ("GFUS01011884214464",),
    "landmark": ("LTN74207623N1",),
    "lasership_l": ("LX17635036", "LA28376237", "LN30083672"),
    "lasership_15": ("1LS717793482164", "1LS724505321754"),
    "lasership_18": ("1LS7119013618127-1",),
    "lasership_cx": ("1LSCXVE0058631Y",),
    "ontrac_c": ("C11031500001879", "C10999911320231", "C11121552953069"),
    "ontrac_d": ("D10011354453707", "D10011345983010", "D10011342332145"),
    "old_dominion_11": ("07209562763", "77767553207", "77806528897", "80003280379", "80993847369"),
    "purolator_12": ("320595463938", "320606146993", "287809468872", "331426749957"),
    "purolator_alpha": ("KYV009956937", "CGK002986959"),
    "speedee": ("SP029692510000920746",),
    "yodel": ("JJD0002257639032011", "JD0002123456789012"),
    "yunexpress": ("YT2229521272164446",),
    "hermes_de_14": ("09133131530724",),
    "uniuni_ur": ("UR06250000000000351",),
    "gls_8": ("XHAX4HDA",),
}

# Numbers that the open dataset calls wrong: right shape, wrong check digit.
COUNTER_EXAMPLES: dict[str, tuple[str, ...]] = {
    "fedex_12": ("996578788855",),
    "fedex_34": ("1001901781990001000300617767839438",),
    "fedex_15": ("568283610012732",),
    "fedex_gsn_34": ("9622001560001234567100794808390595",),
    "usps_20": ("03071790000523483742",),
    "usps_impb_shared": ("9261290113185417468511", "9261292700768711948020"),
    "dhl_express_10": ("3318810010", "3318810034", "3318810011"),
    "dpd_28": ("008182709980000020033350276A",),
    "ontrac_c": ("C10000000000000", "C11031500001889"),
    "ontrac_d": ("D10011345983012", "D10011342332144"),
    "old_dominion_11": ("07209562773", "80003280389"),
    "purolator_12": ("320595463939", "287809468875"),
}
