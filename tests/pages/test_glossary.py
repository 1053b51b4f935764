"""The exception glossary: every problem, reason and code has a page, found from where it is met."""

import re
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from milepost.model.carriers import CodeBook, CodeMeaning
from milepost.model.exceptions import Mover
from milepost.model.scans import CodeRef
from milepost.model.statuses import REASONS
from milepost.react.exceptions import TOLD_ANEW, of_journey
from milepost.react.kinds import KINDS, kind_of_reason
from milepost.react.words import WORDS
from milepost.show import glossary
from milepost.show.buyer.banners import banner
from milepost.show.glossary import CodeSource
from milepost.show.words.sentences import reasons
from milepost.web import build
from tests.flow.house import NOW, house
from tests.react.stories import SHIPMENT, derive
from tests.react.stories import scan as story_scan

ROWS = {
    ("X", "48"): ("attempted", "receiver.absent"),
    ("D", "48"): ("delivered", ""),
    ("D_late", "48"): ("held", ""),
    ("X", "22"): ("in_transit", "carrier.mechanical"),
    ("X", "5"): ("held", ""),
    ("number", "022"): ("attempted", ""),
    ("event", "X/48"): ("lost", ""),
    ("event", "02"): ("held", "address.wrong"),
    ("reason", "02"): ("note", ""),
}
ACME = CodeSource(
    key="acme",
    name="Acme",
    families={"X": "Exceptions"},
    codes=CodeBook(
        (CodeRef(*ref), CodeMeaning(status=status, reason=reason, evidence="", note="a note on it"))
        for ref, (status, reason) in ROWS.items()
    ),
)


@asynccontextmanager
async def site(tmp_path):
    async with house(tmp_path) as here:
        transport = httpx.ASGITransport(build(here.app, here.milepost.counters))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", headers={"Accept": "text/html"}
        ) as browser:
            yield here, browser


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("X/48/022", {("event", "X/48"), ("X", "48"), ("number", "022")}),
        ("X/05", {("X", "5")}),
        ("D/48", {("D", "48"), ("D_late", "48")}),
        ("I/48", set()),
        ("event/02", {("event", "02")}),
        ("02", {("event", "02"), ("reason", "02")}),
        ("X/48", {("event", "X/48"), ("X", "48")}),
        ("", set()),
    ],
)
def test_a_code_is_explained_as_it_was_told(said, found):
    assert {tuple(row.ref) for row in glossary.rows_said(ACME, said)} == found


def test_the_finest_code_stands_first():
    assert glossary.rows_said(ACME, "X/48/022")[0].ref.code == "X/48"


def test_a_code_without_a_reason_is_explained_by_what_its_status_means():
    rows = glossary.rows_said(ACME, "X/48/022")
    pages = {tuple(row.ref): row.about.removeprefix(glossary.HOME) for row in rows}
    assert pages == {
        ("event", "X/48"): "/problems/lost",
        ("X", "48"): "/reasons/receiver.absent",
        ("number", "022"): "/problems/attempted",
    }
    assert {glossary.explanation_at(row.about).title for row in rows} == {
        "Lost by the carrier",
        "Nobody was there",
        "Nobody could take it",
    }


def test_what_is_looked_for_is_found_by_code_word_and_note():
    assert [one.name for one in glossary.find("022", [ACME])] == ["Acme 022"]
    names = [one.name for one in glossary.find("customs", [ACME])]
    assert {"In customs", "Refused by customs", "Customs need papers"} <= set(names)
    assert len(glossary.find("A NOTE on", [ACME])) == len(ROWS)
    assert not glossary.find("  ", [ACME])


def test_a_reasons_page_and_its_kind_of_exception_say_the_same_of_whose_move_it_is():
    """Where a kind asks somebody to act, its reasons name the same one."""
    told = {
        key: (page.move, KINDS[kind].mover)
        for key, page in reasons().items()
        if (kind := kind_of_reason(key)) and KINDS[kind].mover is not Mover.CARRIER
    }
    assert len(told) > 10
    assert {key: moves for key, moves in told.items() if moves[0] is not moves[1]} == {
        "shipper.bad_packaging": (Mover.CARRIER, Mover.SELLER)  # the carrier packs it anew
    }


def test_every_exception_leads_to_a_page():
    for kind in WORDS:
        for reason in (None, "customs.duties_due", "new.one"):
            address = glossary.about_exception(kind, reason)
            page = address.rpartition("/")[2]
            assert glossary.reason(page) if "/reasons/" in address else glossary.problem(page), address
    assert glossary.about_exception("of a newer program", None) == glossary.HOME


def test_the_buyers_banner_leads_to_the_reason():
    journey = derive([story_scan("5 08:10 held customs.duties_due")])
    (found,) = of_journey(journey, SHIPMENT, NOW)
    assert banner(found, None, "").more == "/glossary/reasons/customs.duties_due"


def test_how_long_it_takes_is_measured_from_thirty_ended_ones_on():
    journey = derive([story_scan("5 08:10 held customs.duties_due")])
    (one,) = of_journey(journey, SHIPMENT, NOW)
    ended = [one.resolve(one.opened_at + timedelta(hours=hours), "It moved on.") for hours in range(1, 101)]
    said = "Measured here: half were over within 3 days, nine of ten within 4 days."
    assert glossary.measured("customs.duties_due", ended) == said
    assert glossary.measured("customs_duties", ended[:30]) == (
        "Measured here: half were over within 16 hours, nine of ten within 28 hours."
    )
    assert glossary.measured("customs_duties", ended[:29]) == ""
    assert glossary.measured("weather", ended) == ""
    told_anew = [one.resolve(one.opened_at, TOLD_ANEW)] * 100
    assert glossary.measured("customs_duties", told_anew) == "", "it never was"


async def test_every_page_answers_its_links_lead_somewhere_and_what_is_unknown_is_said_to_be(tmp_path):
    async with site(tmp_path) as (_, browser):
        await every_link_leads_somewhere(browser)
        unknown = await browser.get("/glossary/codes/acme/ZZZ")
        assert (unknown.status_code, "No table has this code" in unknown.text) == (404, True)
        for address in ("/glossary/codes/nobody", "/glossary/reasons/no", "/glossary/problems/no"):
            assert (await browser.get(address)).status_code == 404
        answer = await browser.get("/glossary", params={"q": "<script>alert(1)</script>"})
        assert "<script>alert" not in answer.text
        assert (await browser.get("/glossary", params={"q": "x" * 61})).status_code == 400


async def every_link_leads_somewhere(browser):
    seen, wanted = set(), ["/glossary", "/glossary?q=weather", "/glossary?q=zzzz", "/glossary/codes/acme"]
    while wanted:
        address = wanted.pop()
        answer = await browser.get(address)
        assert answer.status_code == 200, address
        assert "<h1>" in answer.text
        seen.add(address)
        links = set(re.findall(r'href="(/glossary[^"]*)"', answer.text))
        few = [link for link in links if link.count("/") <= 3]
        codes = sorted(link for link in links if link.count("/") > 3)[:1]  # of many codes the first
        wanted += [link for link in {*few, *codes} if link not in seen and link not in wanted]
    assert len(seen) > len(KINDS) + len(REASONS)
