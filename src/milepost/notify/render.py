"""What a notice says: subject, text and HTML, from one file of words per thing that can happen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import css_inline
from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from milepost.model.notices import LOGO_ID, PICTURE_ID, Audience, Message, Notice, Picture
from milepost.model.palette import OWN, Palettes
from milepost.tongues.catalogs import ENGLISH, tongue
from milepost.tongues.speech import retold, say, say_as, speaking, spoken
from milepost.tongues.templates import teach

TEMPLATES = Path(__file__).with_name("templates")
EXCEPTION = "exception"
WORDS = "words"
FACT_MAX = 500  # characters of one fact; none is longer unless somebody plays with us
SUBJECT_MAX = 200
NO_OFFSET = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a message leads. Empty ones are left out of it."""

    order: str  # tracking page for a buyer, order page in the console for a seller
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """How the shop looks: its colors and, if it has one, its logo.

    And what is pictured below the news: where the parcel is.
    """

    colors: Palettes = OWN
    logo: Picture | None = None
    picture: Picture | None = None


PLAIN = Letterhead()


class TemplateError(Exception):
    """There are no words for what happened; the text names the file to write."""


def render(
    notice: Notice,
    links: Links,
    *,
    shop_name: str = "",
    language: str = "en",
    zone: str | None = None,
    head: Letterhead = PLAIN,
) -> Message:
    """The message, with times in `zone` (IANA; None: in the offset each was told with, else UTC).

    Sellers are told in English, as their console is. Raises TemplateError when a template is missing.
    """
    with speaking(tongue(ENGLISH if notice.audience is Audience.SELLER else language)):
        return _rendered(notice, links, shop_name, zone, head)


def _rendered(notice: Notice, links: Links, shop_name: str, zone: str | None, head: Letterhead) -> Message:
    is_for_seller = notice.audience is Audience.SELLER
    said = _words(notice.template).make_module({**_facts(notice, zone), "for_seller": is_for_seller})
    subject = _squeezed(said, "subject")[:SUBJECT_MAX]
    parts = {
        **{name: _squeezed(said, name) for name in ("headline", "lead", "body", "to_do", "button", "why")},
        "subject": subject,
        "shop_name": _fact(shop_name),
        "head": head,
        "picture_id": PICTURE_ID,
        "logo_id": LOGO_ID,
        "order_number": _fact(notice.order_number),
        "links": links,
        "for_seller": is_for_seller,
        "tongue": spoken(),
    }
    return Message(
        subject=subject,
        text=_environment(is_html=False).get_template("mail.txt").render(parts),
        html=_inliner().inline(_environment(is_html=True).get_template("mail.html").render(parts)),
        short=subject,
        shop_name=_fact(shop_name),
        link=links.order,
        unsubscribe_url=links.unsubscribe,
        picture=head.picture,
        logo=head.logo,
    )


def template_names() -> tuple[str, ...]:
    """What there are words for, without the one for all exceptions."""
    names = (path.stem for path in (TEMPLATES / WORDS).glob("*.jinja"))
    return tuple(sorted(name for name in names if name != EXCEPTION))


def _words(name: str) -> Template:
    file = EXCEPTION if name.startswith(f"{EXCEPTION}_") else name
    if f"{WORDS}/{file}.jinja" not in _known():
        raise TemplateError(f"no words for {name!r}: write notify/templates/{WORDS}/{file}.jinja")
    return _environment(is_html=False).get_template(f"{WORDS}/{file}.jinja")


def _facts(notice: Notice, zone: str | None) -> dict[str, Any]:
    """The notice's facts; instants become datetimes, and functions say them in the language spoken."""
    place_zone = _zone(zone) or _offset_of(notice.facts)
    facts = {name: _fact(value) for name, value in notice.facts.items()}

    def local(name: str) -> datetime:
        """Told with an offset of its own, it keeps it; told in UTC, it is put in the door's zone."""
        moment = datetime.fromisoformat(facts[name])
        return moment.astimezone(place_zone) if place_zone and moment.utcoffset() == NO_OFFSET else moment

    def saying(told: Callable[[datetime], str]) -> Callable[[str], str]:
        return lambda name: told(local(name)) if facts.get(name) else ""

    return {
        "fact": lambda name: facts.get(name, ""),
        "retold": lambda name: retold(facts.get(name, "")),
        "day": saying(_day),
        "clock": saying(_clock),
        "moment": saying(_moment),
    }


def _day(moment: datetime) -> str:
    return str(format_date(moment, say_as("date pattern", "EEEE d MMMM"), locale=spoken().locale))


def _clock(moment: datetime) -> str:
    """`2:31 PM`, and `UTC` after it where we know no better."""
    told = format_time(moment.replace(tzinfo=None), "short", locale=spoken().locale)
    return _plain_blanks(told) + (" UTC" if moment.tzinfo is UTC else "")


def _moment(moment: datetime) -> str:
    return say("%(day)s, %(clock)s", day=_day(moment), clock=_clock(moment))


def _plain_blanks(text: str) -> str:
    """Babel writes a narrow blank before AM and PM that some mail programs cannot show."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def _zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _offset_of(facts: Mapping[str, str]) -> tzinfo | None:
    """The offset of the last scan: near the door when it matters, and never a guess about the place."""
    minutes = facts.get("offset_minutes", "")
    return timezone(timedelta(minutes=int(minutes))) if minutes.lstrip("-").isdigit() else None


def _fact(text: str) -> str:
    """One line, of bounded length."""
    return " ".join(text[:FACT_MAX].split())


def _squeezed(said: object, name: str) -> str:
    """One block of a template's words as one line; a block it lacks is empty."""
    return " ".join(str(getattr(said, name, "")).split())


@cache
def _known() -> frozenset[str]:
    return frozenset(_environment(is_html=False).list_templates())


@cache
def _environment(*, is_html: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=is_html,  # noqa: S701  the words and the text part are no HTML; the HTML part escapes
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    teach(made)
    return made


@cache
def _inliner() -> css_inline.CSSInliner:
    """Styles into the tags, for mail programs that drop style sheets; dark mode stays in its sheet."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
