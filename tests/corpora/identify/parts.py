"""The parts of the set: plain numbers, pasted ones, broken ones, posts, hints, barcodes, company, collisions, junk.

Each part is a generator of cases and draws from a source of chance of its own, so that a change in one part leaves the
others as they were. Long because every kind of question is asked here, each in a few lines.
"""

from collections.abc import Callable, Iterator
from random import Random

from tests.corpora.identify import posts
from tests.corpora.identify.case import Case
from tests.corpora.identify.formats import BY_NAME, DIGITS, FORMATS, Format, accepting, some
from tests.corpora.identify.hints import EMPTY_PROVIDERS, FALSE_PAGES, NEUTRAL_PAGES, PAGES, PROVIDERS
from tests.corpora.identify.junk import JUNK
from tests.corpora.identify.pasting import (
    BUSY,
    CUT,
    HINT_SENTENCES,
    NEED_LETTERS,
    NEED_PREFIX,
    SENTENCES,
    WAYS,
    grouped,
)

ALONE = tuple(each for each in FORMATS if each.told == "alone")
HINTED = tuple(each for each in FORMATS if each.told == "hint")
CHECKED = tuple(each for each in FORMATS if each.check and each.told == "alone")
# So long or so marked that a wrong name beside them changes nothing.
STRONG = tuple(
    BY_NAME[name]
    for name in (
        "ups_1z", "usps_impb_94", "usps_impb_93", "usps_impb_95", "fedex_96_22", "fedex_gsn_34", "dhl_paket_20", "amazon_tba", "gofo",
        "yunexpress", "ontrac_c", "ontrac_d", "lasership_15", "lasership_18", "speedee", "uniuni_ur", "landmark", "canpar",
    )
)  # fmt: skip
ROUTED = (
    "usps_impb_92",
    "usps_impb_93",
    "usps_impb_94",
    "usps_impb_95",
    "usps_legacy_91",
    "usps_impb_shared",
)
DRAWS_MAX = 5_000  # looking for a number with a rare property
POST_OF = {
    "royal_mail": "GB", "canada_post": "CA", "australia_post": "AU", "la_poste": "FR", "deutsche_post": "DE", "correios": "BR",
    "correos": "ES", "poste_italiane": "IT", "japan_post": "JP", "usps": "US", "yanwen": "CN", "cainiao": "CN", "parcelforce": "GB",
}  # fmt: skip


def rivals(own: str, number: str) -> tuple[str, ...]:
    """Other carriers whose format takes this very number, check digit and all."""
    return tuple(sorted({each.carrier for each in accepting(number, ALONE)} - {own}))


def fresh(rng: Random, form: Format) -> str:
    """A number of this format that at most one other carrier could claim with equal right."""
    for _ in range(DRAWS_MAX):
        number = form.build(rng)
        if len(rivals(form.carrier, number)) <= 1:
            return number
    raise AssertionError(f"{form.name}: every number has two rivals")


def verdict(form: Format, number: str) -> bool | None:
    """A bare number without a check digit: some other format's check may fail, and nobody is judged by it."""
    return None if number.isdigit() and form.check is None else True


def readings(form: Format, number: str) -> tuple[str, ...]:
    """Other ways to write the same: FedEx's barcodes hold the number that its page shows; marks may be left out."""
    inside = {
        "fedex_34": lambda: number[-12:],
        "fedex_gsn_34": lambda: number[-12:],
        "fedex_astra_32": lambda: number[16:28],
        "fedex_96_22": lambda: number[-15:],
        "usps_20_without_91": lambda: "91" + number,
        "dpd_28": lambda: number[7:21],
        "dpd_15": lambda: number[:14],
    }
    found = [inside[form.name]()] if form.name in inside else []
    bare = "".join(c for c in number if c.isalnum())
    return tuple(found + [bare] * (bare != number))


def case_of(
    form: Format,
    number: str,
    how: str,
    *,
    text: str = "",
    told: bool | None = None,
    provider: str = "",
    country: str = "",
) -> Case:
    """The label of a right number: `told` says that something beside the number tells the carrier."""
    tells = form.told == "alone" if told is None else told
    own = (form.carrier,) if not tells else ()
    others = rivals(form.carrier, number) if tells else ()
    return Case(
        text=text or number,
        number=number,
        carrier=form.carrier if tells else "",
        also=tuple(dict.fromkeys(own + form.near + others)),
        valid_format=verdict(form, number),
        provider=provider,
        country=country,
        kind=f"{form.confidence}:{form.name}/{how}",
        also_number=readings(form, number),
    )


def suits(form: Format, number: str, way: str) -> bool:
    if way in NEED_LETTERS and number.isdigit():
        return False
    if way in NEED_PREFIX and not (form.pinned and form.told == "alone"):
        return False
    return not (way in CUT and not number.isalnum())


def pasted(rng: Random, form: Format, number: str) -> tuple[str, str]:
    """A number as somebody pasted it, and the name of the way."""
    way = rng.choice([name for name in WAYS if suits(form, number, name)])
    return WAYS[way](rng, number), way


# The parts, in the order in which they come.


def plain(rng: Random) -> Iterator[Case]:
    for form in FORMATS:
        for _ in range(30 if form.told == "alone" else 10):
            yield case_of(form, fresh(rng, form), "plain")


def every_way(rng: Random) -> Iterator[Case]:
    for form in ALONE:
        for way, paste in WAYS.items():
            number = fresh(rng, form)
            if suits(form, number, way):
                yield case_of(form, number, way, text=paste(rng, number))


def every_sentence(rng: Random) -> Iterator[Case]:
    for sentence in SENTENCES:
        for form in rng.sample(ALONE, 24):
            number = fresh(rng, form)
            yield case_of(form, number, "sentence", text=sentence.format(n=number))


def busy_text(rng: Random) -> Iterator[Case]:
    sure = [form for form in ALONE if form.pinned]
    for sentence in BUSY:
        for form in rng.sample(sure, 22):
            number = fresh(rng, form)
            shown = grouped(number, 4, " ") if number.isalnum() and rng.random() < 0.15 else number
            yield case_of(form, number, "busy", text=sentence.format(n=shown))


def wrong_digit(rng: Random, number: str) -> str:
    places = [place for place, c in enumerate(number) if c.isdigit()]
    place = rng.choice(places)
    return number[:place] + rng.choice(DIGITS.replace(number[place], "")) + number[place + 1 :]


def swapped(rng: Random, number: str) -> str:
    places = [
        place
        for place in range(len(number) - 1)
        if number[place : place + 2].isdigit() and number[place] != number[place + 1]
    ]
    if not places:
        return number
    place = rng.choice(places)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


SLIPS: dict[str, Callable[[Random, str], str]] = {"wrong_digit": wrong_digit, "swapped": swapped}


def slipped(rng: Random, form: Format, how: str) -> str:
    """A number with a slip of the finger that its own check digit catches and nobody else's takes."""
    for _ in range(DRAWS_MAX):
        number = SLIPS[how](rng, form.build(rng))
        if form.fits(number) and not form.accepts(number) and not accepting(number, ALONE):
            return number
    raise AssertionError(f"{form.name}: no slip that is seen")


def broken(rng: Random) -> Iterator[Case]:
    for form in CHECKED:
        for how in SLIPS:
            for turn in range(24):
                number = slipped(rng, form, how)
                provider = rng.choice(PROVIDERS[form.carrier]) if turn % 3 == 0 else ""
                told = form.pinned or bool(provider)
                text, shown = (number, "") if turn % 2 else pasted(rng, form, number)
                yield Case(
                    text=text,
                    number=number,
                    carrier=form.carrier if told else "",
                    also=form.near if told else (form.carrier, *form.near),
                    valid_format=None if accepting(number) else False,
                    provider=provider,
                    kind=f"{form.confidence}:{form.name}/{how}" + f"+{shown}" * bool(shown),
                    also_number=readings(form, number),
                )


def world(rng: Random) -> Iterator[Case]:
    """Every issuing post: right, pasted, and with a slip. A code that no post has is junk (`s10_of_no_post`)."""
    for post in posts.posts():
        confidence = "documented" if post.standing == "member" else "observed"
        near = posts.BESIDE.get(post.code, ())
        common = {"carrier": post.key, "also": near}
        often = (
            1 if post.key.startswith("s10:") else 6
        )  # posts with a folder of their own are asked more often
        for _ in range(4 * often):
            number = posts.build(rng, post.code)
            yield Case(number, number, **common, kind=f"{confidence}:s10/plain")
        for _ in range(2 * often):
            number = posts.build(rng, post.code)
            way = rng.choice(list(WAYS))
            yield Case(WAYS[way](rng, number), number, **common, kind=f"{confidence}:s10/{way}")
        for how, slip in [*SLIPS.items()] * (1 if often == 1 else 2):
            number = posts.build(rng, post.code)
            while posts.is_valid(number):
                number = slip(rng, number)
            yield Case(number, number, **common, valid_format=False, kind=f"{confidence}:s10/{how}")


def named(rng: Random) -> Iterator[Case]:
    """With the provider's name: what was ambiguous is told, a name that says nothing leaves it so."""
    for form in (*ALONE, *HINTED):
        for name in PROVIDERS.get(form.carrier, ()):
            for _ in range(3 if form.told == "hint" else 1):
                number = fresh(rng, form)
                text, way = (number, "") if rng.random() < 0.6 else pasted(rng, form, number)
                yield case_of(
                    form, number, "provider" + f"+{way}" * bool(way), text=text, told=True, provider=name
                )
        for name in rng.sample(EMPTY_PROVIDERS, 3):
            yield case_of(form, fresh(rng, form), "empty_provider", provider=name)


def misnamed(rng: Random) -> Iterator[Case]:
    """The seller chose the wrong name in a list. The number knows better; the name may be second."""
    for _ in range(240):
        form = rng.choice(STRONG)
        other = rng.choice(
            [
                key
                for key in ("usps", "ups", "fedex", "dhl", "royal_mail", "jt_express", "evri")
                if key != form.carrier
            ]
        )
        number = fresh(rng, form)
        right = case_of(form, number, "wrong_provider")
        yield Case(
            **{
                **vars(right),
                "provider": PROVIDERS[other][0],
                "also": tuple(dict.fromkeys((*right.also, other))),
            }
        )


def countries(rng: Random) -> Iterator[Case]:
    """With the destination: some shapes are told by the country, and by nothing else."""
    for form in (*ALONE, *HINTED):
        for country in form.home:
            for _ in range(8):
                yield case_of(form, fresh(rng, form), "country", told=True, country=country)
    for form in ALONE:
        for country in rng.sample(("US", "GB", "DE", "MY", "BR"), 2) if form.pinned else ("US",):
            yield case_of(form, fresh(rng, form), "any_country", country=country)


def on_page(rng: Random, page: str, number: str) -> str:
    shown = rng.choice(
        (number, number, number, number.lower(), grouped(number, 4, "%20"), grouped(number, 4, "+"))
    )
    if not number.isalnum():
        shown = number
    return rng.choice(HINT_SENTENCES).format(u=page.format(n=shown))


def pages(rng: Random) -> Iterator[Case]:
    of_carrier: dict[str, list[Format]] = {}
    for form in (*ALONE, *HINTED):
        of_carrier.setdefault(form.carrier, []).append(form)
    for carrier, templates in PAGES.items():
        for page in templates:
            for form in of_carrier.get(carrier, ()):
                for _ in range(2):
                    number = fresh(rng, form)
                    yield case_of(form, number, "page", text=on_page(rng, page, number), told=True)
            if carrier in POST_OF:
                number = posts.build(rng, POST_OF[carrier])
                near = tuple(key for key in posts.BESIDE.get(POST_OF[carrier], ()) if key != carrier)
                issuer = next(post.key for post in posts.posts() if post.code == POST_OF[carrier])
                also = (*near, issuer) if issuer != carrier else near
                yield Case(on_page(rng, page, number), number, carrier, also, kind="documented:s10/page")


def other_pages(rng: Random) -> Iterator[Case]:
    """Pages that name nobody, pages that pretend, and a number on somebody else's page."""
    for page in NEUTRAL_PAGES:
        for form in rng.sample(ALONE, 20):
            number = fresh(rng, form)
            yield case_of(form, number, "neutral_page", text=on_page(rng, page, number))
        for form in rng.sample(HINTED, 6):
            number = fresh(rng, form)
            yield case_of(form, number, "neutral_page", text=on_page(rng, page, number))
    for page in FALSE_PAGES:
        for name in ("dpd_14", "evri_16", "gls_11"):
            number = fresh(rng, BY_NAME[name])
            yield case_of(BY_NAME[name], number, "false_page", text=page.format(n=number))
    for form in rng.choices(STRONG, k=60):
        other = rng.choice(
            [key for key in ("usps", "ups", "fedex", "dhl", "royal_mail") if key != form.carrier]
        )
        number = fresh(rng, form)
        right = case_of(form, number, "foreign_page", text=on_page(rng, PAGES[other][0], number))
        yield Case(**{**vars(right), "also": tuple(dict.fromkeys((*right.also, other)))})


def barcodes(rng: Random) -> Iterator[Case]:
    """What a scanner reads from an American label: routing with the ZIP in front, marks of the symbology."""
    for name in ROUTED:
        form = BY_NAME[name]
        for turn in range(40):
            how = "barcode" if turn % 4 else "barcode_wrong_digit"
            number = fresh(rng, form) if turn % 4 else slipped(rng, form, "wrong_digit")
            code = some(rng, 5)
            code += (
                rng.choice("01234567") + some(rng, 3) if rng.random() < 0.4 else ""
            )  # never like the number's own start
            text = rng.choice((
                "420{z}{n}", "420{z}{n}", "420 {z} {g}", "420{z} {g}", "(420){z}{n}", "(420) {z} ({h}) {r}", "]C1420{z}\x1d{n}", "420{z}\x1d{n}",
                "4 2 0 {z} {g}", "USPS TRACKING # 420 {z} {g}", "420-{z}-{n}",
            )).format(z=code, n=number, g=grouped(number, 4, " "), h=number[:2], r=number[2:])  # fmt: skip
            label = case_of(form, number, how, text=text)
            yield Case(
                **{**vars(label), "valid_format": how == "barcode", "country": "US" if turn % 5 == 0 else ""}
            )


def several(rng: Random) -> Iterator[Case]:
    """Two numbers at once. Either may be taken; the first is the label, the other stands beside it."""
    sure = [form for form in ALONE if form.pinned]
    same = (
        "{a}, {b}",
        "{a}\n{b}",
        "{a} and {b}",
        "{a};{b}",
        "{a} / {b}",
        "1) {a} 2) {b}",
        "{a} und {b}",
        "{a}、{b}",
        "Parcels: {a} + {b}",
    )
    change = (
        "{a} (old), new: {b}", "handed over: {a} -> {b}", "{a} → {b}", "International: {a}\nLocal: {b}", "国际单号 {a}，末端单号 {b}",
        "first {a}, then with the local carrier as {b}", "{a} | last mile {b}", "Von {a} an {b} übergeben",
    )  # fmt: skip
    for _ in range(140):
        form = rng.choice(sure)
        one, two = fresh(rng, form), fresh(rng, form)
        label = case_of(form, one, "two_of_one", text=rng.choice(same).format(a=one, b=two))
        yield Case(**{**vars(label), "also_number": (*label.also_number, two, *readings(form, two))})
    abroad = [
        form
        for form in sure
        if form.carrier in {"yunexpress", "four_px", "cainiao", "yanwen", "sf_express", "dhl_ecommerce"}
    ]
    local = [
        form
        for form in sure
        if form.carrier in {"usps", "gofo", "speedx", "uniuni", "ups", "yodel", "ontrac", "amazon_shipping"}
    ]
    for _ in range(140):
        form, other = rng.choice(abroad), rng.choice(local)
        one, two = fresh(rng, form), fresh(rng, other)
        label = case_of(form, one, "hand_over", text=rng.choice(change).format(a=one, b=two))
        also = tuple(dict.fromkeys((*label.also, other.carrier, *other.near)))
        yield Case(
            **{**vars(label), "also": also, "also_number": (*label.also_number, two, *readings(other, two))}
        )


# Two formats that can take the very same number: bare, nobody can tell; with a name, everybody can.
PAIRS = (
    ("fedex_12", "purolator_12"), ("fedex_12", "jt_12_vietnam"), ("fedex_12", "jt_12_malaysia"), ("fedex_12", "dhl_paket_12"),
    ("fedex_12", "gls_12"), ("fedex_12", "sf_express_12"), ("purolator_12", "gls_12"), ("fedex_15", "dpd_15"),
    ("fedex_15", "jt_brazil_15"), ("dpd_15", "jt_brazil_15"), ("dhl_express_11", "old_dominion_11"), ("dhl_express_11", "gls_11"),
    ("old_dominion_11", "gls_11"), ("canada_post_16", "evri_16"), ("dhl_ecommerce_14", "dpd_14"), ("ups_12", "fedex_12"),
    ("ups_waybill", "amazon_abroad"),
    ("flash_th", "spx_other"),
)  # fmt: skip


def both(rng: Random, one: Format, two: Format) -> str:
    for _ in range(DRAWS_MAX):
        for first, second in ((one, two), (two, one)):
            number = first.build(rng)
            if second.accepts(number) and not set(rivals(one.carrier, number)) - {two.carrier}:
                return number
    raise AssertionError(f"{one.name} and {two.name} do not meet")


def collisions(rng: Random) -> Iterator[Case]:
    for names in PAIRS:
        one, two = (BY_NAME[name] for name in names)
        same = one.carrier == two.carrier
        for _ in range(12):
            number = both(rng, one, two)
            near = tuple(dict.fromkeys((one.carrier, two.carrier, *one.near, *two.near)))
            kind = f"{one.confidence}:{one.name}/collision+{two.name}"
            alone = one.carrier if same else ""
            yield Case(
                number,
                number,
                alone,
                tuple(key for key in near if key != alone),
                verdict(one, number),
                kind=kind,
                also_number=readings(one, number),
            )
            for form in (one, two):
                label = case_of(
                    form,
                    both(rng, one, two),
                    f"collision_named+{(two if form is one else one).name}",
                    told=True,
                    provider=rng.choice(PROVIDERS[form.carrier]),
                )
                yield Case(**{**vars(label), "also": tuple(key for key in near if key != form.carrier)})
    shared = BY_NAME["usps_impb_shared"]
    for carrier in ("usps", "fedex", "dhl_ecommerce"):
        for _ in range(12):
            number = fresh(rng, shared)
            also = tuple(key for key in ("usps", "fedex", "dhl_ecommerce") if key != carrier)
            yield Case(
                number,
                number,
                carrier,
                also,
                provider=rng.choice(PROVIDERS[carrier]),
                kind=f"documented:{shared.name}/collision_named",
            )


def junk(rng: Random) -> Iterator[Case]:
    for name, make in JUNK.items():
        for _ in range(30):
            yield Case(make(rng), "", "", valid_format=None, kind=f"junk:{name}/made")


def junk_named(rng: Random) -> Iterator[Case]:
    """Sellers put order numbers and words into the field for the tracking number: the name may stand, nobody else's."""
    for name in (
        "tiktok_order",
        "shopify_order",
        "phone",
        "date",
        "words",
        "invoice",
        "half_a_number",
        "mail_address",
        "uuid",
        "sku",
    ):
        for carrier in rng.sample(
            ("usps", "ups", "fedex", "royal_mail", "evri", "jt_express", "ninja_van", "spx"), 6
        ):
            yield Case(
                JUNK[name](rng), "", "", (carrier,), None, PROVIDERS[carrier][0], kind=f"junk:{name}/named"
            )


PARTS = (
    plain, every_way, every_sentence, busy_text, broken, world, named, misnamed, countries, pages, other_pages, barcodes, several,
    collisions, junk, junk_named,
)  # fmt: skip


def distinct_numbers(rng: Random) -> Iterator[str]:
    """Numbers as a shop's day brings them: mostly right ones of every format, posts, slips, and bare digits."""
    codes = [post.code for post in posts.posts()]
    while True:
        dice = rng.random()
        if dice < 0.72:
            yield rng.choice(FORMATS).build(rng)
        elif dice < 0.84:
            yield posts.build(rng, rng.choice(codes))
        elif dice < 0.92:
            yield wrong_digit(rng, rng.choice(CHECKED).build(rng))
        else:
            yield some(rng, rng.randint(8, 34))
