"""The tracking page of an order, for whoever has earned it by look-up or signed link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_403_FORBIDDEN, HTTP_410_GONE

from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.desk.passcodes import passcode_channel
from milepost.desk.switches import (
    PUSH_WORDING,
    SMS_WORDING,
    WEB_PUSH,
    WORDING,
    SwitchError,
    can_text,
    push_channel,
    quiet_of,
    switch_off,
    switch_on,
)
from milepost.desk.texting import SMS
from milepost.model.people import Link, Subscription, View
from milepost.ports.app import App
from milepost.ports.store import Reads
from milepost.record.links import MARK_LENGTH, browser_mark
from milepost.show.buyer.feedback import AFTER_DELIVERY, choices
from milepost.show.buyer.gather import Story, door_of, order_story
from milepost.show.buyer.view import PageView, page_view
from milepost.show.buyer.visit import visit
from milepost.show.drawn import PACKS_ITSELF, Drawn
from milepost.show.looks import AnyRequest, app_of, order_address, page, render
from milepost.show.maps import map_html, zoom_of
from milepost.show.pages.home import look_up_page
from milepost.show.reader import speak_as_known
from milepost.show.words.sentences import source_names
from milepost.tongues.catalogs import OFFERED, tongue
from milepost.tongues.speech import mark, retold, say, spoken

MAIL = "email"
"""The channel a buyer can switch on for any address; text messages go to the order's own number only."""

CHANNELS = (MAIL, SMS, WEB_PUSH)
"""What has a switch on the page."""
WRONG = (
    mark("Write an e-mail address as name@host."),
    mark("Write the phone number that was given with the order."),
    mark("This number said STOP; send START from it to the number that wrote to it."),
    mark("The number rings in no country we know."),
    mark("Write both hours as HH:MM, and not the same, or leave both empty."),
    mark("10 browsers are told of this order; stop them all, then start anew."),
)
"""What desk/switches.py can say of a form, as sentences for the catalogs."""

Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]
Zoom = Annotated[str, QueryParameter(max_length=20)]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


WRONG_OF = {MAIL: "wrong", SMS: "wrong_number", WEB_PUSH: "wrong_browser"}
UNTOLD: Mapping[str, Any] = {**dict.fromkeys(WRONG_OF.values(), ""), "wrong_feedback": "", "given": {}}
"""Of a form that nobody filled in wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Everything an order's page is drawn from, read anew for each."""

    story: Story
    switched_on: tuple[Subscription, ...]
    can_mail: bool
    can_get_code: bool
    can_text: bool


@get("/orders/{number:str}", include_in_schema=False, opt={PACKS_ITSELF: True})
async def order(number: Number, request: Request[None, None, State], zoom: Zoom = "") -> Response[Any]:
    """The page, or the look-up form: the same one for an order that is there and one that is not.

    `zoom` is of the map: a whole number, more is nearer; anything else is the usual look.
    """
    link = await visit(request, number)
    if link is None:
        return look_up_page(request, status=HTTP_403_FORBIDDEN, message="needs_factor", order=number)
    return await order_page(request, link, zoom=zoom_of(zoom))


async def order_page(
    request: AnyRequest,
    link: Link,
    *,
    wrong: str = "",
    wrong_channel: str = MAIL,
    wrong_feedback: str = "",
    given: Mapping[str, Any] | None = None,
    status: int = 200,
    zoom: int = 0,
) -> Response[Any]:
    """The whole page; `wrong` says what was wrong with the switch of `wrong_channel`.

    `wrong_feedback`: what was wrong with the form about what came, and `given` what was filled into it.
    """
    app = app_of(request)
    story, switched_on = await app.store.together(partial(_story_and_switches, app, link))
    speak_as_known(request, _known_language(switched_on))
    if story is None:
        return page(request, "buyer/erased.html", status=HTTP_410_GONE)
    channel = app.channels.get(MAIL)
    facts = _Facts(
        story=story,
        switched_on=tuple(switched_on),
        can_mail=channel is not None and channel.is_configured,
        can_get_code=link.view is not View.FULL and await _can_get_code(app, link),
        can_text=await can_text(app, link.shop_id, link.order_number),
    )
    now = app.clock.now()
    if status != HTTP_200_OK:
        told: dict[str, Any] = {"wrong_feedback": wrong_feedback, "given": given or {}}
        told[WRONG_OF.get(wrong_channel, "wrong")] = wrong
        return page(
            request,
            "buyer/order.html",
            status=status,
            **await _shown(app, facts, now, zoom),
            **{**UNTOLD, **told},
        )

    async def draw() -> str:
        return render(request, "buyer/order.html", **await _shown(app, facts, now, zoom), **UNTOLD)

    drawn: Drawn = request.app.state.setdefault("drawn", Drawn())
    return await drawn.page(request, (link.shop_id, link.order_number, link.view, zoom), facts, now, draw)


async def _shown(app: App, facts: _Facts, now: datetime, zoom: int) -> dict[str, Any]:
    """What the template is told, all of it from `facts`, the time and what never changes while we run."""
    view = page_view(facts.story, source_names(app.teller_names), now)
    subscribed, texted, pushed = (
        [one for one in facts.switched_on if one.channel == name] for name in CHANNELS
    )
    browsers = push_channel(app)
    return {
        "view": view,
        "look": view.look,
        "map": await map_html(view.way, zoom),
        "kinds": choices(AFTER_DELIVERY),
        "wording": say(WORDING),
        "sms_wording": say(SMS_WORDING),
        "push_wording": say(PUSH_WORDING),
        "push_key": browsers.application_key() if browsers and view.may_change else "",
        "pushed": [browser_mark(one.address) for one in pushed],
        "can_mail": facts.can_mail and view.may_change,
        "can_get_code": facts.can_get_code,
        "can_text": facts.can_text and view.may_change,
        "subscribed": subscribed,
        "texted": texted,
        "only_problems": any(one.only_problems for one in subscribed),
        "quiets": {one.channel: _quiet_words(one) for one in facts.switched_on},
        "languages": [tongue(tag) for tag in OFFERED],
        "texts_only_problems": any(one.only_problems for one in texted),
        "pushes_only_problems": any(one.only_problems for one in pushed),
    }


def _known_language(switched_on: Sequence[Subscription]) -> str:
    """The language that was chosen for the messages of this order, if one was."""
    return next((one.language for one in switched_on if one.language), "")


async def _can_get_code(app: App, link: Link) -> bool:
    """Whether a code would reach the contact on file; not to whom."""
    row = await app.store.order(link.order_number, [link.shop_id])
    contact = await app.store.contact(link.shop_id, link.order_number)
    return row is not None and await passcode_channel(app, row.facts, contact) is not None


async def view_of(request: AnyRequest, link: Link) -> PageView | None:
    """What this visit sees now."""
    app = app_of(request)
    story, switched_on = await app.store.together(partial(_story_and_switches, app, link))
    speak_as_known(request, _known_language(switched_on))
    return page_view(story, source_names(app.teller_names), app.clock.now()) if story else None


async def _story_and_switches(app: App, link: Link, reads: Reads) -> tuple[Story | None, list[Subscription]]:
    """The story, and the subscriptions that run; their addresses go to no page."""
    story = await order_story(app, reads, link.shop_id, link.order_number, link.view)
    found = await reads.subscriptions(link.shop_id, link.order_number)
    return story, [one for one in found if one.ended_at is None]


@post("/orders/{number:str}/notices", include_in_schema=False)
async def notices(number: Number, data: Form, request: Request[None, None, State]) -> Response[Any]:
    """Switch e-mail, text messages or one browser on or off; consent is kept with its wording."""
    link = await visit(request, number)
    if link is None:
        return look_up_page(request, status=HTTP_403_FORBIDDEN, message="needs_factor", order=number)
    app = app_of(request)
    try:
        await _switch(app, link, data)
    except SwitchError as error:
        wrong = _sentence(str(error).partition(": ")[2])
        return await order_page(request, link, wrong=wrong, wrong_channel=_channel(data), status=400)
    return Redirect(f"{order_address(link.order_number)}#notices", status_code=HTTP_303_SEE_OTHER)


async def _switch(app: App, link: Link, data: dict[str, str]) -> None:
    if data.get("do") == "off":
        await switch_off(
            app,
            shop_id=link.shop_id,
            order_number=link.order_number,
            channel=_channel(data),
            browser=data.get("browser", "")[:MARK_LENGTH],
        )
        return
    await switch_on(
        app,
        shop_id=link.shop_id,
        order_number=link.order_number,
        channel=_channel(data),
        address=data.get("address", ""),
        only_problems=data.get("only_problems") == "yes",
        quiet=quiet_of(data.get("quiet_from", ""), data.get("quiet_to", ""), await zone_of_order(app, link)),
        language=data["language"] if data.get("language") in OFFERED else spoken().tag,
    )


async def zone_of_order(app: App, link: Link) -> str | None:
    """The zone at the door: the buyer's clock, as far as we know it."""
    row = await app.store.order(link.order_number, [link.shop_id])
    door = door_of(app, row.facts.destination) if row else None
    return door.zone if door else None


def _quiet_words(one: Subscription) -> str:
    if one.quiet is None:
        return ""
    return say("Not between %(first)s and %(last)s.", first=one.quiet.from_time, last=one.quiet.to_time)


def _sentence(wrong: str) -> str:
    """What was wrong, as one of WRONG where it is one of those."""
    return retold(f"{wrong[:1].upper()}{wrong[1:]}.")


def _channel(data: dict[str, str]) -> str:
    asked = data.get("channel", MAIL)
    return asked if asked in CHANNELS else MAIL


ROUTES = [order, notices]
