"""Longer words and a page from right to left, in real Chromium: nothing hangs over, and numbers read as they are.

`make test` looks at one state on a phone, `make sim` at all that are opened without filling in a form.
"""

import pytest

from milepost.tongues.catalogs import OFFERED
from milepost.tongues.pseudo import PSEUDO
from tests.pages.chromium import chromium
from tests.pages.states import states
from tests.sim.results import keep
from tests.sim.tiers import TIER

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
FILLED_IN = {"code asked for", "rate limited"}  # by their English labels
IN_ENGLISH = {"glossary", "reason", "code"}
TROUBLED = "several parcels"
UNFOLD = "document.querySelectorAll('details').forEach((found) => (found.open = true))"
TURN = "(way) => (document.documentElement.dir = way)"
OVER = "document.documentElement.scrollWidth - innerWidth"
CUT = """[...document.querySelectorAll('button, .button, .chip, .steps span, summary, dt')]
    .filter((found) => found.checkVisibility() && !found.closest('.hidden') && found.scrollWidth > found.clientWidth + 1
        && getComputedStyle(found).overflowX !== 'visible')
    .map((found) => found.textContent.trim().slice(0, 60))"""
TURNED = "[...document.querySelectorAll('.map-stage, code, bdi[dir=ltr]')].filter((found) => getComputedStyle(found).direction !== 'ltr').length"


def opened(site):
    every = states(site)
    names = set(every) - FILLED_IN - IN_ENGLISH if TIER.name == "sim" else {TROUBLED}
    return {name: every[name] for name in sorted(names)}


def test_words_that_are_longer_by_two_fifths_fit_a_phone_in_both_directions(site):
    wrong, looked = [], 0
    with chromium() as browser:
        for language in {PSEUDO, *({"ar"} & set(OFFERED)), *(OFFERED if TIER.name == "sim" else ())}:
            for name, go in opened(site).items():
                with browser.new_context(viewport=PHONE, reduced_motion="reduce", bypass_csp=True) as seen:
                    seen.add_cookies([{"name": "lang", "value": language, "url": site.url}])
                    page = seen.new_page()
                    go(page)
                    page.evaluate(UNFOLD)
                    told = page.evaluate("document.documentElement.lang")
                    if told != language and name != "server error":  # which is made beside the browser
                        wrong.append(f"{name}: is in {told}, not in {language}")
                    for way in ("ltr", "rtl") if language == PSEUDO else ("",):
                        if way:
                            page.evaluate(TURN, way)
                        looked += 1
                        over, cut = page.evaluate(OVER), page.evaluate(CUT)
                        wrong += (
                            [f"{name}, {language} {way}: {over} px wider than the screen"] if over > 0 else []
                        )
                        wrong += [f"{name}, {language} {way}: cut off: {one}" for one in cut]
                        if turned := page.evaluate(TURNED):
                            wrong.append(
                                f"{name}, {language} {way}: {turned} numbers or maps are turned round"
                            )
    assert not wrong, "\n" + "\n".join(wrong)
    keep("page_tongues", {"looks": looked, "languages": len(OFFERED), "hanging_over": 0})
