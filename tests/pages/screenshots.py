"""`python -m tests.pages.screenshots`: a picture of every state of the buyer's pages into docs/screenshots.

Each on a phone in the light and on a desk in the dark, the chosen ones on both in both. The world is the
sandbox's: its people are made up. A picture that looks as before is left as it is.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser

from tests.pages.buyer_stage import stage
from tests.pages.chromium import chromium
from tests.pages.quiet_house import mail
from tests.pages.states import CHOSEN, NAMES, Open, given, states

TARGET = Path(__file__).parents[2] / "docs/screenshots"
SCREENS = {"phone": ({"width": 390, "height": 844}, 2.0), "desk": ({"width": 1360, "height": 900}, 1.0)}
USUAL = (("phone", "light"), ("desk", "dark"))
QUALITY = 82
MAIL = "mail"
"""No state of a page, and shown beside them."""

SAME = 0.35
"""Mean difference of two pictures, of 255, below which nobody sees one: an age may have grown a minute."""

Look = tuple[str, str, str]


def looks() -> Iterator[Look]:
    """(state, screen, scheme) of every picture there is to be."""
    for name in (*NAMES, MAIL):
        for screen in SCREENS:
            for scheme in ("light", "dark"):
                if name in CHOSEN or (screen, scheme) in USUAL:
                    yield name, screen, scheme


def file_of(look: Look) -> str:
    """`moving-phone-light.webp`."""
    name, screen, scheme = look
    return f"{name.replace(',', '').replace(' ', '-')}-{screen}-{scheme}.webp"


def main() -> int:
    """Take them all, or those of the states named; say which changed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("only", nargs="*", help="names of states")
    only = options.parse_args().only
    wanted = [look for look in looks() if not only or look[0] in only]
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as site, chromium() as browser:
        opened = {**states(site), MAIL: partial(given, html=site.call(mail()), address=f"{site.url}/quiet")}
        changed = [look for look in wanted if _keep(TARGET / file_of(look), _taken(browser, opened, look))]
    if not only:
        for path in set(TARGET.glob("*.*")) - {TARGET / file_of(look) for look in wanted}:
            path.unlink()
    print(f"{len(changed)} of {len(wanted)} pictures changed: {', '.join(map(file_of, changed)) or 'none'}")
    return 0


def _taken(browser: Browser, opened: dict[str, Open], look: Look) -> bytes:
    name, screen, scheme = look
    size, scale = SCREENS[screen]
    with browser.new_context(
        viewport=size, device_scale_factor=scale, color_scheme=scheme, reduced_motion="reduce"
    ) as seen:
        page = seen.new_page()
        opened[name](page)
        page.evaluate("document.fonts.ready.then(() => true)")
        return page.screenshot(animations="disabled", caret="hide")


def _keep(path: Path, taken: bytes) -> bool:
    """Whether it looks different from the picture there was."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=QUALITY, method=6)
    if path.exists() and _looks_same(Image.open(path).convert("RGB"), Image.open(packed).convert("RGB")):
        return False
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(packed.getvalue())
    return True


def _looks_same(one: Image.Image, other: Image.Image) -> bool:
    if one.size != other.size:
        return False
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < SAME


if __name__ == "__main__":
    sys.exit(main())
