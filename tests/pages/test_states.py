"""Every state of the buyer's pages in real Chromium: for every eye, on the smallest screen, still and light.

`make test` opens each once at 390 px and four of them on two screens, light and dark; `make sim` opens all of
them on three screens, light and dark, with and without JavaScript.
"""

import re
from itertools import pairwise

import pytest

from tests.pages.chromium import chromium, violations
from tests.pages.states import CHOSEN, NAMES, states
from tests.sim.results import keep
from tests.sim.tiers import TIER

pytestmark = pytest.mark.browser
IS_SIM = TIER.name == "sim"
PHONE, SMALL = {"width": 390, "height": 844}, {"width": 320, "height": 640}
TABLET, DESK = {"width": 768, "height": 1024}, {"width": 1360, "height": 900}
SCREENS = (PHONE, TABLET, DESK) if IS_SIM else (PHONE, DESK)
SHIFTS = """new Promise((done) => new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: "layout-shift", buffered: true})
    || setTimeout(() => done(0), 50))"""
OVER = "document.documentElement.scrollWidth - innerWidth"
SMALL_TARGETS = """[...document.querySelectorAll('a,button,summary,input,select')]
    .filter((found) => found.checkVisibility())
    .map((found) => [found.textContent.trim() || found.name, (found.closest('label') ?? found).getBoundingClientRect(),
        getComputedStyle(found).display])
    .filter(([, box, shown]) => shown !== 'inline' && box.width > 1 && (box.width < 24 || box.height < 24))
    .map(([name]) => name)"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def looks():
    """(screen, scheme, scripts) of the full matrix."""
    for scheme in ("light", "dark"):
        for screen in SCREENS:
            for scripts in (True, False) if IS_SIM else (True,):
                yield screen, scheme, scripts


def faults(page):
    """What is wrong with the page that is open."""
    shifted = page.evaluate(SHIFTS)
    found = [f"layout shifts by {shifted}"] if shifted else []
    found += violations(page)
    page.set_viewport_size(SMALL)
    over = page.evaluate(OVER)
    found += [f"scrolls sideways by {over} px at 320 px"] if over > 0 else []
    found += [f"too small to press: {small}" for small in page.evaluate(SMALL_TARGETS)]
    if page.locator("h1").count() != 1:
        found.append("has not one h1")
    return found


def test_every_state_is_for_everybody(site, browser):
    """One load each at 390 px, light and dark in turn; the four chosen ones on each screen in both."""
    wrong, looked, outside = {}, 0, []
    opened = states(site)
    assert tuple(opened) == NAMES
    for place, (name, go) in enumerate(opened.items()):
        every = list(looks())
        once = [(PHONE, ("light", "dark")[place % 2], True)]
        for screen, scheme, scripts in every if IS_SIM or name in CHOSEN else once:
            with browser.new_context(
                viewport=screen,
                color_scheme=scheme,
                reduced_motion="reduce",
                bypass_csp=True,
            ) as seen:
                page = seen.new_page()
                if not scripts:
                    page.route("**/static/*.js", lambda route: route.abort())
                page.on("request", lambda request: outside.append(request.url))
                go(page)
                found = faults(page)
                looked += 1
                if found:
                    wrong[name, screen["width"], scheme, scripts] = found
    assert wrong == {}, wrong
    assert not [url for url in outside if not url.startswith((site.url, "data:", "blob:"))]
    keep("page_states", {"states": len(opened), "looks": looked, "violations": 0})


def test_a_printed_page_has_the_whole_journey_and_no_forms(site, browser):
    with browser.new_context(viewport=DESK, color_scheme="dark") as seen:
        page = seen.new_page()
        states(site)["delivered"](page)
        page.emulate_media(media="print")
        assert not page.locator("#notices").is_visible()
        assert not page.locator(".top-nav").is_visible()
        assert not page.locator(".feedback-choices").is_visible()
        assert page.locator(".timeline").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_page_can_be_gone_through_by_keyboard_in_the_order_it_is_read(site, browser):
    with browser.new_context(viewport=PHONE, reduced_motion="reduce") as seen:
        page = seen.new_page()
        states(site)["delivered"](page)
        places = []
        for _ in range(60):
            page.keyboard.press("Tab")
            place = page.evaluate(
                "(() => { const at = document.activeElement; if (at === document.body) return null;"
                " const box = at.getBoundingClientRect();"
                " return [at.className.includes('skip'), box.top + scrollY, getComputedStyle(at).outlineStyle,"
                " at.type === 'file']; })()"
            )
            if place is None:
                break
            places.append(place)
        assert len(places) > 10
        assert places[0][0], "the first key leads past the navigation"
        assert all(style != "none" or is_file for _, _, style, is_file in places), (
            "somebody is lost on the way"
        )
        tops = [top for _, top, _, _ in places[1:]]
        assert all(later >= earlier - 60 for earlier, later in pairwise(tops))


def test_nothing_moves_for_those_who_asked_for_rest(site, browser):
    moving = "document.getAnimations().length"
    for wish, is_still in (("reduce", True), ("no-preference", False)):
        with browser.new_context(viewport=PHONE, reduced_motion=wish) as seen:
            page = seen.new_page()
            states(site)["moving"](page)
            page.mouse.move(1, 1)
            assert (page.evaluate(moving) == 0) is is_still, wish


def test_who_hears_the_page_hears_the_answer_first_and_all_of_it_in_order(site, browser):
    """What a screen reader is given: the accessibility tree of the main part, from top to bottom."""
    with browser.new_context(viewport=PHONE, reduced_motion="reduce") as seen:
        page = seen.new_page()
        states(site)["moving"](page)
        told = page.locator("main").aria_snapshot()
        headline = page.locator("h1").inner_text().replace("\n", " ")
        parts = [
            f'heading "{headline}" [level=1]',
            "Ordered",
            "Delivered",
            "Last seen in",
            'img "Map:',
            "Journey",
        ]
        parts += ["Your order", "Keep me posted"]
        places = [told.find(part) for part in parts]
        assert -1 not in places, dict(zip(parts, places, strict=True))
        assert places == sorted(places), told
        assert not re.findall(
            r"- (?:img|button|link|textbox|combobox|checkbox)(?: \[[^\]]*\])?:?$", told, re.MULTILINE
        ), "something is called nothing"
