"""Longer words and a page from right to left, in real Chromium: nothing hangs over, and numbers read as they are.

`make test` looks at two states on two phones, `make sim` at all that are in the reader's language.
"""

import pytest

from milepost.tongues.catalogs import OFFERED
from milepost.tongues.pseudo import PSEUDO
from tests.pages.chromium import chromium
from tests.pages.states import states
from tests.sim.results import keep
from tests.sim.tiers import TIER

pytestmark = pytest.mark.browser
PHONE, SMALL = {"width": 390, "height": 844}, {"width": 320, "height": 640}
IN_ENGLISH = {"glossary", "reason", "code"}
FEW = {"several parcels", "expired"}
UNFOLD = "document.querySelectorAll('details').forEach((found) => (found.open = true))"
TURN = "(way) => (document.documentElement.dir = way)"
OVER = "document.documentElement.scrollWidth - innerWidth"
CUT = """[...document.querySelectorAll('button, .button, .chip, .steps span, summary, dt')]
    .filter((found) => found.checkVisibility() && !found.closest('.hidden') && found.scrollWidth > found.clientWidth + 1
        && getComputedStyle(found).overflowX !== 'visible')
    .map((found) => found.textContent.trim().slice(0, 60))"""
TURNED = "[...document.querySelectorAll('.map-stage, code, bdi[dir=ltr]')].filter((found) => getComputedStyle(found).direction !== 'ltr').length"


def opened(site, language):
    every = states(site, language)
    names = set(every) - IN_ENGLISH if TIER.name == "sim" else FEW
    return {name: every[name] for name in sorted(names)}


def faults(page):
    over, turned = page.evaluate(OVER), page.evaluate(TURNED)
    told = [f"{over} px wider than the screen"] if over > 0 else []
    told += [f"cut off: {one}" for one in page.evaluate(CUT)]
    return [*told, f"{turned} numbers or maps are turned round"] if turned else told


def test_words_that_are_longer_by_two_fifths_fit_a_phone_in_both_directions(site):
    wrong, looked = [], 0
    with chromium() as browser:
        for language in {PSEUDO, *({"ar"} & set(OFFERED)), *(OFFERED if TIER.name == "sim" else ())}:
            for name, go in opened(site, language).items():
                with browser.new_context(viewport=PHONE, reduced_motion="reduce", bypass_csp=True) as seen:
                    seen.add_cookies([{"name": "lang", "value": language, "url": site.url}])
                    page = seen.new_page()
                    go(page)
                    page.evaluate(UNFOLD)
                    told = page.evaluate("document.documentElement.lang")
                    if told != language:
                        wrong.append(f"{name}: is in {told}, not in {language}")
                    for way in ("ltr", "rtl") if language == PSEUDO else ("",):
                        if way:
                            page.evaluate(TURN, way)
                        for screen in (PHONE, SMALL):
                            page.set_viewport_size(screen)
                            looked += 1
                            wrong += [
                                f"{name}, {language} {way}, {screen['width']} px: {one}"
                                for one in faults(page)
                            ]
    assert not wrong, "\n" + "\n".join(wrong)
    keep("page_tongues", {"looks": looked, "languages": len(OFFERED), "hanging_over": 0})
