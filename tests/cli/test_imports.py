"""`milepost import`: a look changes nothing; a bad row is named with row, column and fix; the others go in."""

import pytest

GOOD = "1Z999AA10123456784"
HEADER = "order_number,tracking_number,carrier,email,postcode,country,item,quantity,placed_at\n"


def write(tmp_path, text, name="orders.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_good_rows_go_in_and_each_bad_row_is_named(milepost, tmp_path):
    file = write(
        tmp_path,
        HEADER
        + f"A-1,{GOOD},UPS,ann@example.com,53703,US,Blue bowl,2,2026-03-04\n"
        + "A-2,1Z999AA10123456785,UPS,,,US,,,\n"
        + "A-3,,UPS,,,US,,,\n"
        + "A-4,XY12345,Acme,not-an-address,,US,,,\n"
        + "A-5,XY12346,Acme,,,USA,,,\n"
        + "A-6,XY12347,Acme,,,US,Lamp,some,\n"
        + "A-7,XY12348,Acme,,,US,,,04.03.2026\n"
        + "A-8,XY12349,Acme,,,US,Lamp, with shade,1,,\n"
        + "#9,XY12350,Acme,,,US,,,\n"
        + "A-10,XY12351,Acme,,,FR,Scarf,1,2026-03-04T18:00:00+01:00\n",
    )
    said = milepost("import", file, "--yes")
    assert said.code == 1
    assert said.out == "2 orders with 2 parcels went in.\n"
    told = [line.removeprefix(f"{file}: ") for line in said.err.splitlines()]
    assert [line.partition(":")[0] for line in told] == [
        "row 3, column tracking_number",
        "row 4, column tracking_number",
        "row 5, column email",
        "row 6, column country",
        "row 7, column quantity",
        "row 8, column placed_at",
        "row 9, column 10",
        "row 10, column order_number",
    ]
    assert "its check digit should be 4, not 5" in told[0]
    assert "not-an-address" not in said.err, "a refusal never repeats what may be personal"


def test_what_went_in_is_an_order_like_any_other(milepost, tmp_path):
    file = write(
        tmp_path,
        HEADER
        + f"A-1,{GOOD},UPS,ann@example.com,53703,US,Blue bowl,2,2026-03-04\n"
        + "A-1,1Z999AA10123456784X,,,,,Lamp,1,\n",
    )
    assert milepost("import", file, "--yes").code == 0
    told = milepost("order", "A-1", "--json").told
    assert told["order"]["contact"]["email"] == "ann@example.com"
    assert told["order"]["placed_at"] == "2026-03-04T00:00:00Z"
    assert [item["title"] for item in told["order"]["items"]] == ["Blue bowl", "Lamp"]
    assert [one["status"] for one in told["shipments"]] == ["expected", "expected"]
    assert {one["carrier"] for one in told["shipments"]} == {"ups", None}
    table = milepost("order", "A-1").out
    assert "Blue bowl" in table
    assert "ann@example.com" not in table


def test_the_same_file_again_changes_nothing_and_a_corrected_row_counts(milepost, tmp_path):
    file = write(tmp_path, HEADER + f"A-1,{GOOD},UPS,,,US,Bowl,1,2026-03-04\n")
    milepost("import", file, "--yes")
    before = milepost("order", "A-1", "--json").told
    assert milepost("import", file, "--yes").out == "1 order with 1 parcel went in. Nothing of it was new.\n"
    assert milepost("order", "A-1", "--json").told == before
    milepost(
        "import", write(tmp_path, HEADER + "A-1,1Z12345E0205271686,UPS,,,US,Bowl,1,2026-03-04\n"), "--yes"
    )
    shipments = milepost("order", "A-1", "--json").told["shipments"]
    assert {one["tracking_number"]: one["superseded"] for one in shipments} == {
        GOOD: True,
        "1Z12345E0205271686": False,
    }


@pytest.mark.parametrize(
    "text",
    [
        f"Order Number;Tracking-Number\nA-1;{GOOD}\n",
        f"\ufefforder_number\ttracking_number\r\nA-1\t{GOOD}\r\n",
    ],
)
def test_spreadsheets_of_every_country_can_be_read(milepost, tmp_path, text):
    assert milepost("import", write(tmp_path, text), "--yes").out == "1 order with 1 parcel went in.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"order_number,tracking_number\nA-1,\xff\xfe\n", "row 2, column tracking_number: not usable"),
        ("order,number\n1,2\n", "row 1 has no column tracking_number"),
        ("", "row 1 has no column order_number"),
        (f'order_number,tracking_number\nA-1,{GOOD}\nA-2,"broken\n', "row 3"),
        (
            f"order_number,tracking_number,placed_at\nA-1,{GOOD},2026-03-04 18:00\n",
            "row 2, column placed_at: no offset",
        ),
        (f"order_number,tracking_number,placed_at\nA-1,{GOOD},03/04/2026\n", "state the order of dates"),
        ("order_number,tracking_number\nA-1,1.23457E+11\n", "a spreadsheet shortened this number"),
    ],
)
def test_a_file_that_is_not_right_says_where(milepost, tmp_path, text, says):
    said = milepost("import", write(tmp_path, text), "--yes")
    assert said.code == 1
    assert says in said.err


def test_a_look_says_what_each_row_would_do_and_changes_nothing(milepost, tmp_path):
    known = HEADER + f"A-1,{GOOD},UPS,,,US,Bowl,1,2026-03-04\n"
    milepost("import", write(tmp_path, known), "--yes")
    more = write(tmp_path, known + "A-2,XY12345,Acme,,,US,,,\nA-3,,UPS,,,US,,,\n")
    said = milepost("import", more, "--json")
    assert said.code == 1
    assert said.told["changed"] is False
    assert [(row["where"], row["fate"], row["about"]) for row in said.told["rows"]] == [
        ("row 2", "known", "A-1"),
        ("row 3", "new", "A-2"),
        ("row 4", "refused", ""),
    ]
    assert "Nothing was changed." in milepost("import", more).out
    assert milepost("order", "A-2").code == 1


def test_columns_under_other_names_are_understood_or_stated_and_shown(milepost, tmp_path):
    file = write(tmp_path, f"Order ID;Sendung;Mood\nA-1;{GOOD};good\n")
    assert "no column tracking_number" in milepost("import", file).err
    said = milepost("import", file, "--column", "tracking_number=Sendung", "--json")
    assert [(one["theirs"], one["ours"]) for one in said.told["columns"]] == [
        ("Order ID", "order_number"),
        ("Sendung", "tracking_number"),
        ("Mood", None),
    ]
    assert said.code == 0


EVENTS = (
    "Tracking No,Status,Time,City,Country,Text\n"
    f"{GOOD},Picked up,2026-03-05T18:00:00+01:00,Paris,FR,Taken\n"
    f"{GOOD},In transit,2026-03-06 07:00,Madrid,ES,\n"
    f"{GOOD},Delivered,2026-03-07 07:00,,,\n"
    "UNKNOWN1,In transit,2026-03-06T07:00:00Z,,,\n"
)


def test_events_go_in_once_with_their_own_zone_a_stated_one_or_none_at_all(milepost, tmp_path):
    milepost("import", write(tmp_path, HEADER + f"A-1,{GOOD},UPS,,,US,Bowl,1,2026-03-04\n"), "--yes")
    file = write(tmp_path, EVENTS, "events.csv")
    said = milepost("import", file, "--json")
    assert [(row["where"], row["fate"]) for row in said.told["rows"]] == [
        ("row 2", "new"),
        ("row 3", "new"),
        ("row 4", "refused"),
        ("row 5", "early"),
    ]
    assert "state the zone" in said.told["rows"][2]["says"]
    assert milepost("import", file, "--yes").code == 1
    zoned = milepost("import", file, "--zone", "America/Chicago", "--json").told["rows"]
    assert [row["fate"] for row in zoned] == ["known", "new", "new", "known"], (
        "another zone is another instant"
    )
    told = milepost("order", "A-1", "--json").told
    assert [(event["status"], event["offset_source"]) for event in told["events"]] == [
        ("accepted", "reported"),
        ("in_transit", "inferred"),
    ]
    again = milepost("import", file, "--yes")
    assert "3 events went in, 3 of them known already." in again.out
    assert milepost("order", "A-1", "--json").told["events"] == told["events"]


def test_what_is_stated_wrongly_is_named(milepost, tmp_path):
    file = write(tmp_path, EVENTS)
    for words, says in [
        (("--zone", "Mars/Base"), "write its IANA name"),
        (("--carrier", "nobody"), "none is called so"),
        (("--encoding", "klingon"), "write one of utf-8"),
        (("--column", "status"), "write it as ours=theirs"),
    ]:
        said = milepost("import", file, *words)
        assert said.code == 2
        assert says in said.err


def test_a_person_enters_an_event_at_the_terminal_and_takes_it_back(milepost, tmp_path):
    milepost("import", write(tmp_path, HEADER + f"A-1,{GOOD},UPS,,,US,Bowl,1,2026-03-04\n"), "--yes")
    entered = milepost(
        "order", "add-event", "A-1", "held", "2026-03-05T10:00:00Z", "--reason", "external.weather"
    )
    assert entered.code == 0
    assert "external.weather" in milepost("order", "A-1").out
    event_id = entered.out.strip()
    assert milepost("order", "take-back", "A-1", event_id, "mistaken").code == 0
    told = milepost("order", "A-1", "--json").told
    assert told["shipments"][0]["status"] == "expected"
    assert [event["retracted"] for event in told["events"]] == [True, False]
    wrong = milepost("order", "add-event", "A-1", "held", "tomorrow")
    assert (wrong.code, "occurred_at: write" in wrong.err) == (2, True)
