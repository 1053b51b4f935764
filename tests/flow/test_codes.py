"""A person says what an unknown code means: from then on it is read so, and it becomes a sample that tests find."""

import json
import shutil

import pytest

from milepost.desk.codes import CorrectionError, code_waiting, codes_waiting, correct, withdraw
from milepost.desk.samples import codes_with, sample_of, shrunk
from milepost.model.people import Role
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import CodeRef
from milepost.normalize.scans import events
from milepost.ports.codes import CodeTables
from milepost.sources.catalog import SOURCES, codes
from tests.flow.house import NOW, browsing, house, order, scans
from tests.samples.table import EVENTS, columns_of, got, read, report_of, text

ZZZ = CodeRef("acme", "ZZZ")


async def explain(here, code="ZZZ", **more):
    told = {"status": "held", "reason": "customs.duties_due", "note": "Money is due", "by": "ada@example.com"}
    waiting = await code_waiting(here.app, "acme", code)
    return await correct(here.app, waiting.told, CodeRef("acme", code), **{**told, **more})


async def test_a_correction_holds_for_what_is_heard_later_and_leaves_what_was_read(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  ZZZ  Paris FR"))
        assert (await here.told_of("AC1"))[1] == "unknown"
        await explain(here)
        await here.hear(scans("AC1", "2026-03-02T10:00Z  ZZZ  Paris FR"))
        assert await here.told_of("AC1") == (["ZZZ"], "unknown"), "facts are never edited"
        await here.hear(scans("AC1", "2026-03-03T10:00Z  ZZZ  Paris FR"))
        assert await here.told_of("AC1") == (["ZZZ", "ZZZ"], "held")
        found = await here.app.store.exceptions(shop_ids=None, cursor=None, limit=10)
        assert "customs_duties" in {one.kind for one in found.rows}
        (waiting,) = await codes_waiting(here.app)
        assert (waiting.told.scans, waiting.correction.by) == (1, "ada@example.com")


async def test_a_correction_can_be_undone_and_stays_in_the_history(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  ZZZ  Paris FR"))
        await withdraw(here.app, await explain(here), "bob@example.com")
        await here.hear(scans("AC1", "2026-03-03T10:00Z  ZZZ  Paris FR"))
        assert (await here.told_of("AC1"))[1] == "unknown"
        assert [one.withdrawn for one in await here.app.store.code_corrections()] == [False, True]


async def test_another_node_reads_by_a_correction_when_it_looks(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  ZZZ  Paris FR"))
        acme, elsewhere = here.app.carriers["acme"], CodeTables()
        await elsewhere.look(here.app.store)
        assert elsewhere.of(acme) is acme.codes, "nothing corrected, nothing copied"
        await explain(here)
        assert ZZZ not in elsewhere.of(acme)
        await elsewhere.look(here.app.store, at_once=True)
        assert elsewhere.of(acme)[ZZZ].reason == "customs.duties_due"
        assert elsewhere.of(acme) is elsewhere.of(acme), "one book, so that what was looked up is remembered"
        assert ZZZ not in acme.codes


WRONG = (
    ({"status": "unknown"}, "status: choose one of"),
    ({"status": ""}, "status: choose one of"),
    ({"reason": "bad.luck"}, "reason: choose one of the list"),
    ({"note": "x" * 201}, "note: write at most 200"),
)


async def test_a_wrong_correction_is_refused_with_the_field_and_the_fix(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  ZZZ  Paris FR"))
        for given, said in WRONG:
            with pytest.raises(CorrectionError, match=said):
                await explain(here, **given)
        waiting = await code_waiting(here.app, "acme", "ZZZ")
        with pytest.raises(CorrectionError, match="code: choose one"):
            await correct(
                here.app, waiting.told, CodeRef("acme", "PU"), status="held", reason="", note="", by="a"
            )
        assert await here.app.store.code_corrections() == []


REAL = "usps"  # a carrier with real JSON answers
NUMBER = "9400136895239000000013"
ANSWER = [
    {
        "trackingNumber": NUMBER,
        "mailClass": "Priority Mail",
        "destinationCity": "SEATTLE",
        "trackingEvents": [
            {
                "eventType": "Handed to Ada Lovelace at 12 Analytical Row",
                "eventTimestamp": "2026-03-03T11:20:00",
                "GMTTimestamp": "2026-03-03T19:20:09Z",
                "GMTOffset": "-08:00",
                "eventCity": "SEATTLE",
                "eventState": "WA",
                "eventZIPCode": "98101",
                "firm": "LOVELACE LTD",
                "name": "ADA LOVELACE",
                "eventCode": "Z9",
            },
            {
                "eventType": "Accepted",
                "GMTTimestamp": "2026-03-02T19:20:09Z",
                "GMTOffset": "-08:00",
                "eventCity": "DENVER",
                "eventState": "CO",
                "eventCode": "03",
            },
        ],
    }
]


async def test_a_correction_becomes_a_sample_without_people_that_the_sample_tests_find(tmp_path):
    async with house(tmp_path) as here:
        answer = Report(
            source=REAL,
            kind=ReportKind.TRACKING,
            shop_id=None,
            subject=(NUMBER,),
            heard_at=NOW,
            body=json.dumps(ANSWER).encode(),
        )
        await here.hear(order(parcels=[NUMBER]), answer)
        waiting = await code_waiting(here.app, REAL, "Z9")
        correction = await correct(
            here.app,
            waiting.told,
            CodeRef("event", "Z9"),
            status="attempted",
            reason="receiver.absent",
            note="left a note, nobody there",
            by="ada@example.com",
        )
        sample = await sample_of(here.app, correction)
        said = (sample.body + sample.table.encode()).decode().casefold()
        assert not [
            part for part in ("lovelace", "analytical", "98101", "denver", NUMBER[4:]) if part in said
        ]
        assert sample.table.splitlines()[-1].split() == [
            "2026-03-03T11:20:09-08:00",
            "attempted",
            "SEATTLE",
            "WA",
            "US",
            "receiver.absent",
            "Z9",
        ]
        source = here.app.carriers[REAL]
        # As the repository's sample tests read a folder, with the line that was added to its codes.csv.
        folder = tmp_path / "carriers" / REAL
        shutil.copytree(SOURCES / "carriers" / REAL, folder)
        path = folder / "samples" / f"{sample.name}.json"
        path.write_bytes(sample.body)
        path.with_suffix(".txt").write_text(sample.table)
        table = folder / "codes.csv"
        table.write_text(codes_with(table.read_text("utf-8"), sample.row))
        expected = read(path.with_suffix(".txt"))
        report = report_of(path, expected)
        parsed = source.parse(report)
        found = got(parsed, events(parsed, report, codes(table), here.app.gazetteer))
        rows = expected.sections[EVENTS]
        assert text(columns_of(found[EVENTS], rows, ())) == text(rows)
        assert (found["refusals"], expected.headers["origin"]) == ([], "recorded")
        assert "event,Z9,attempted,receiver.absent,," in table.read_text("utf-8")


def test_a_line_takes_the_place_of_its_codes_older_one():
    row = {"family": "event", "code": "A", "status": "held", "reason": "", "responsible": "", "evidence": "", "note": "x, y"}  # fmt: skip
    head = "family,code,status,reason,evidence,note\n"
    assert codes_with(head + "event,A,lost,,,old\nevent,B,lost,,,\n", row) == (
        head + 'event,A,held,,,"x, y"\nevent,B,lost,,,\n'
    )
    assert codes_with(head, row) == head + 'event,A,held,,,"x, y"\n'
    assert codes_with("", row).splitlines()[1] == 'event,A,held,,,,"x, y"'


def test_what_is_not_needed_goes_and_what_is_needed_stays(monkeypatch):
    document = {"keep": {"me": 1, "not": 2}, "people": ["Ada", {"name": "Bob"}], "rows": [{"x": 1}, {"x": 2}]}
    assert shrunk(document, lambda left: left.get("keep", {}).get("me") == 1 and {"x": 2} in left.get("rows", [])) == {
        "keep": {"me": 1},
        "rows": [{"x": 2}],
    }  # fmt: skip
    monkeypatch.setattr("milepost.desk.samples.TRIES_MAX", 50)
    with pytest.raises(CorrectionError, match="too large"):
        shrunk([0] * 51, lambda _: False)


async def test_the_console_lists_unknown_codes_and_one_form_explains_one(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  ZZZ  Paris FR"))
        async with browsing(here, Role.ADMIN) as browser:
            assert "ZZZ" in (await browser.get("/console/codes")).text
            page = await browser.get("/console/codes/acme/ZZZ")
            assert 'value="acme/ZZZ"' in page.text
            raw = await browser.get("/console/code-example/acme/ZZZ")
            assert raw.content == b"2026-03-02T10:00Z  ZZZ  Paris FR"
            wrong = await browser.post("/console/codes/acme/ZZZ", data={"ref": "acme/ZZZ", "status": "lost?"})
            assert (wrong.status_code, "Status: choose one of" in wrong.text) == (400, True)
            answer = await browser.post(
                "/console/codes/acme/ZZZ",
                data={"ref": "acme/ZZZ", "status": "lost", "reason": "carrier.lost"},
            )
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/codes")
            assert "Explained here" in (await browser.get("/console/codes")).text
            assert "carrier.lost" in (await browser.get("/glossary/codes/acme/ZZZ")).text
            await browser.post("/console/codes/acme/ZZZ", data={"do": "undo"})
            assert "Explained here" not in (await browser.get("/console/codes")).text
            assert (await browser.get("/console/codes/acme/PU")).status_code == 404
        async with browsing(here, Role.SELLER) as browser:
            for address in ("/console/codes", "/console/codes/acme/ZZZ", "/console/code-example/acme/ZZZ"):
                assert (await browser.get(address)).status_code == 404
            assert (await browser.post("/console/codes/acme/ZZZ", data={"status": "lost"})).status_code == 404
