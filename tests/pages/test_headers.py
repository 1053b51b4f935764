"""What every answer tells a browser; what is built stays small; errors look like the rest."""

import gzip
import re

import pytest

from milepost.model.statuses import Status
from milepost.show.assets import BUILT

CSS_MAX, JS_MAX, PAGE_MAX = 10_000, 4_000, 100_000


@pytest.mark.parametrize(
    "path", ["/", "/track/1", "/no/such/page", "/orders/1", "/t/wrong", "/api/v1/orders"]
)
def test_every_answer_is_closed_to_other_sites(site, path):
    with site.visitor() as browser:
        headers = browser.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "noindex" in headers["x-robots-tag"]


def test_a_personal_page_is_kept_by_nobody(site):
    answer = site.opened(site.orders()[0])
    assert answer.headers["cache-control"] == "no-store"


def test_pages_hold_no_script_or_style_of_their_own(site):
    body = site.opened(site.order_with(Status.DELIVERED)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", body)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", body)


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(site):
    with site.visitor() as browser:
        page = browser.get("/no/such/page")
        problem = browser.get("/api/v1/no-such-thing")
        plain = browser.get("/no/such/page", headers={"Accept": "application/json"})
    assert page.status_code == problem.status_code == plain.status_code == 404
    assert "There is no such page" in page.text
    assert problem.headers["content-type"] == plain.headers["content-type"] == "application/problem+json"


def test_the_browsers_files_are_small_and_kept_for_ever(site):
    sizes = {path.suffix: len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.glob("*-*.*s*")}
    assert sizes[".css"] <= CSS_MAX
    live = next(BUILT.glob("live-*.js"))
    assert len(gzip.compress(live.read_bytes(), 9)) <= JS_MAX
    with site.visitor() as browser:
        answer = browser.get(f"/static/{live.name}")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


def test_a_whole_tracking_page_is_light(site):
    row = site.order_with(Status.DELIVERED)
    with site.visitor() as browser:
        browser.get(f"/t/{site.token(row)}")
        page = browser.get(f"/orders/{row.facts.order_number}")
        names = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
        assert len(names) >= 4
        total = int(page.headers["content-length"])
        total += sum(int(browser.get(name).headers["content-length"]) for name in names)
    assert total <= PAGE_MAX


@pytest.mark.parametrize("name", ["..%2f..%2flooks.py", "manifest.json.bak", ".stamp-1", "%00"])
def test_only_built_files_are_given_out(site, name):
    with site.visitor() as browser:
        assert browser.get(f"/static/{name}").status_code in (400, 404)


def test_a_world_whose_clock_stands_still_is_not_called_fast(site):
    with site.visitor() as browser:
        assert "Demo world" not in browser.get("/").text


def test_only_a_path_of_this_site_is_gone_back_to(site):
    with site.visitor() as browser:
        answer = browser.post(
            "/theme", data={"theme": "dark"}, headers={"Referer": "https://elsewhere.example//evil.example/x"}
        )
    assert answer.headers["location"] == "/"
