"""Tables that people hand in: what every spreadsheet writes is read, what is meant to harm is refused."""

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import openpyxl
import pytest

from milepost.model.imports import Stated
from milepost.sources.sheets import csv_text, json_rows, xlsx
from milepost.sources.sheets.cells import CellError, check_whole, moment_or_wall_clock
from milepost.sources.sheets.reading import read_sheet, read_table
from milepost.sources.sheets.sheet import SheetError

NOTHING = Stated()
WALL_CLOCK = datetime.fromisoformat("2026-03-04T18:30:00")
TEXT = "Nummer;Ort\n1Z9;Köln\n"


def book(*rows, title="Sheet"):
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    body = io.BytesIO()
    made.save(body)
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "stated"),
    [
        (TEXT.encode(), NOTHING),
        (TEXT.encode("utf-8-sig"), NOTHING),
        (TEXT.encode("utf-16"), NOTHING),
        (TEXT.replace("\n", "\r\n").encode("cp1252"), NOTHING),
        (TEXT.replace("\n", "\r").encode("cp1250"), Stated(encoding="cp1250")),
        (TEXT.replace(";", "\t").encode("utf-16"), NOTHING),
        (("sep=|\n" + TEXT.replace(";", "|")).encode(), NOTHING),
        (TEXT.replace(";", ",").replace("Köln", '"Köln"').encode(), NOTHING),
        (b'[{"Nummer": "1Z9", "Ort": "K\xc3\xb6ln"}]', NOTHING),
        (b'{"orders": [{"Nummer": "1Z9", "Ort": "K\xc3\xb6ln"}]}', NOTHING),
        (book(["Nummer", "Ort"], ["1Z9", "Köln"]), NOTHING),
    ],
)
def test_every_way_to_write_a_table_is_the_same_table(body, stated):
    sheet = read_sheet(body, stated)
    assert sheet.header == ("Nummer", "Ort")
    assert [row.cells for row in sheet.rows] == [("1Z9", "Köln")]


def test_an_encoding_that_was_guessed_is_said():
    assert "read as Windows-1252" in read_sheet(TEXT.encode("cp1252"), NOTHING).remarks[0]


def test_a_spreadsheets_numbers_and_times_are_what_it_shows():
    body = book(
        ["number", "when", "day", "long", "text"],
        [123456789012, WALL_CLOCK, WALL_CLOCK.date(), 1234567890123456789, "'00123"],
    )
    cells = read_sheet(body, NOTHING).rows[0].cells
    assert cells == ("123456789012", "2026-03-04 18:30:00", "2026-03-04", "1.23456789012346E+18", "00123")
    with pytest.raises(CellError, match="shortened"):
        check_whole(cells[3])


def test_a_formula_is_never_worked_out():
    assert read_sheet(b'a,b\n=1+1,"=HYPERLINK(""http://x"")"\n', NOTHING).rows[0].cells == (
        "=1+1",
        '=HYPERLINK("http://x")',
    )
    assert read_sheet(book(["a", "b"], ["=1+1", "x"]), NOTHING).rows[0].cells == ("", "x")


def bomb(size):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b"0" * size)
    return body.getvalue()


def entities():
    """A whole .xlsx whose first sheet is an XML bomb."""
    harmless, harmful = zipfile.ZipFile(io.BytesIO(book(["a"]))), io.BytesIO()
    with zipfile.ZipFile(harmful, "w") as parts:
        for name in harmless.namelist():
            text = harmless.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = b'<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;">]>' + text
            parts.writestr(name, text)
    return harmful.getvalue()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\xd0\xcf\x11\xe0 old", "old .xls or locked"),
        (b"PK\x03\x04 no zip at all", "not a whole .xlsx"),
        (book(["a"])[:-200], "not a whole .xlsx"),
        (entities(), "not a whole .xlsx"),
        (b"\x00\x01\x02\x03", "not a text"),
        (b'{"a": ', "not JSON"),
        (b"[1, 2]", "row 1 is not an object"),
        (b"[" * 100_000, "not JSON"),
        (b"{" + b",".join(b'"c%d":1' % n for n in range(300)) + b"}", "300 different names"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(body, says):
    with pytest.raises(SheetError, match=says):
        read_sheet(body, NOTHING)
    refusal = read_table(body, {"a": ()}, ("a",), NOTHING).refusals[0]
    assert refusal.reason == "unreadable_body"


def test_a_zip_bomb_is_refused_before_it_unfolds(monkeypatch):
    monkeypatch.setattr(xlsx, "UNFOLDED_BYTES_MAX", 1_000_000)
    with pytest.raises(SheetError, match="1,000,000 in 500 is the most"):
        read_sheet(bomb(1_000_001), NOTHING)


def test_rows_have_a_bound_and_what_is_after_it_is_said(monkeypatch):
    for kind in (csv_text, json_rows, xlsx):
        monkeypatch.setattr(kind, "ROWS_MAX", 3)
    for body in (b"a\n" + b"1\n" * 8, book(["a"], *[["1"]] * 8)):
        table = read_table(body, {"a": ()}, ("a",), NOTHING)
        assert [row.where for row in table.rows] == ["row 2", "row 3", "row 4"]
        assert table.refusals[0].detail == "row 5, more than 3 rows: split the file"
    assert (
        "it has 8 rows"
        in read_table(b'[{"a":1}' + b',{"a":1}' * 7 + b"]", {"a": ()}, ("a",), NOTHING).refusals[0].detail
    )


@pytest.mark.parametrize(
    ("text", "stated", "expected"),
    [
        ("2026-03-04T18:00:00Z", NOTHING, datetime(2026, 3, 4, 18, tzinfo=UTC)),
        ("2026-03-04 18:00:00 +0100", NOTHING, datetime(2026, 3, 4, 18, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-03-04 18:00", NOTHING, "2026-03-04T18:00:00"),
        ("03/04/2026 6:05 PM", Stated(dates="mdy"), "2026-03-04T18:05:00"),
        ("4.3.2026, 00:05", Stated(dates="dmy"), "2026-03-04T00:05:00"),
        ("03/04/2026 12:05 am", Stated(dates="dmy"), "2026-04-03T00:05:00"),
    ],
)
def test_a_time_is_read_as_it_was_told_or_stated(text, stated, expected):
    assert moment_or_wall_clock(text, stated) == expected


@pytest.mark.parametrize(
    ("text", "stated", "says"),
    [
        ("03/04/2026", NOTHING, "cannot be told apart"),
        ("31/02/2026", Stated(dates="dmy"), "no such time"),
        ("2026-02-30", NOTHING, "no such time"),
        ("yesterday", NOTHING, "write 2026-03-04T18:00:00"),
        (
            "2026-03-29 02:30",
            Stated(zone="Europe/Berlin"),
            "clocks of Europe/Berlin were changed in that hour",
        ),
        (
            "2026-10-25 02:30",
            Stated(zone="Europe/Berlin"),
            "clocks of Europe/Berlin were changed in that hour",
        ),
        ("2026-03-04 18:00", Stated(zone="../../etc/passwd"), "is not known"),
        ("0001-01-01T00:00:00+14:00", NOTHING, "year 1 "),
        ("9999-12-31T23:59:00-05:00", NOTHING, "year 9999 "),
        ("0001-01-01", Stated(zone="Europe/Berlin"), "year 1 "),
        ("01/01/0026", Stated(dates="dmy"), "year 26 "),
    ],
)
def test_a_time_nobody_can_be_sure_of_is_refused(text, stated, says):
    with pytest.raises(CellError, match=says):
        moment_or_wall_clock(text, stated)


def test_what_is_stated_beside_a_file_travels_with_it():
    stated = Stated(
        zone="Asia/Tokyo",
        dates="dmy",
        carrier="acme",
        columns=(("status", "A=B"),),
        without=("row 4", "row 9"),
    )
    assert Stated.of(stated.words()) == stated
    assert Stated.of(["1Z999AA10123456784"]) == Stated(), "a report of an older version"
