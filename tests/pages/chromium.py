"""Debian's Chromium, driven as the tests need it: no download, no outside traffic."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
QUOTED = """[...document.querySelectorAll('*')].flatMap((found) => [...found.attributes]
    .filter((one) => /^["'].*["']$/.test(one.value)).map((one) => `${found.tagName} ${one.name}=${one.value}`))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; pages come from its contexts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds with every fold opened; the page's context needs `bypass_csp`.

    And attributes that a template quoted twice, which browsers read as something else or not at all.
    """
    page.evaluate("document.querySelectorAll('details').forEach((found) => (found.open = true))")
    page.add_script_tag(content=_axe())
    found = page.evaluate(
        "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    assert found["passes"], "axe looked at nothing"
    return [f"quoted twice: {one}" for one in page.evaluate(QUOTED)] + [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['target']} {one['nodes'][0].get('failureSummary', '')}"
        for one in found["violations"]
    ]
