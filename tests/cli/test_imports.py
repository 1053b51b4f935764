"""`milepost import`: a bad row is named with line, column and fix; the others go in."""

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
    said = milepost("import", file)
    assert said.code == 1
    assert said.out == "2 orders with 2 parcels went in.\n"
    told = [line.removeprefix(f"{file}: ") for line in said.err.splitlines()]
    assert [line.partition(":")[0] for line in told] == [
        "line 3, column tracking_number",
        "line 4, column tracking_number",
        "line 5, column email",
        "line 6, column country",
        "line 7, column quantity",
        "line 8, column placed_at",
        "line 9, column 10",
        "line 10, column order_number",
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
    assert milepost("import", file).code == 0
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
    milepost("import", file)
    before = milepost("order", "A-1", "--json").told
    assert milepost("import", file).out == "1 orders with 1 parcels went in.\n"
    assert milepost("order", "A-1", "--json").told == before
    milepost("import", write(tmp_path, HEADER + "A-1,1Z12345E0205271686,UPS,,,US,Bowl,1,2026-03-04\n"))
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
    assert milepost("import", write(tmp_path, text)).out == "1 orders with 1 parcels went in.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"order_number,tracking_number\nA-1,\xff\xfe\n", "line 2 is not UTF-8"),
        ("order,number\n1,2\n", "line 1 has no column order_number"),
        ("", "line 1 has no column order_number"),
        (f'order_number,tracking_number\nA-1,{GOOD}\nA-2,"broken\n', "line 3"),
        (f"order_number,tracking_number,mood\nA-1,{GOOD},good\n", "line 1, column mood"),
    ],
)
def test_a_file_that_is_not_right_says_where(milepost, tmp_path, text, says):
    said = milepost("import", write(tmp_path, text))
    assert said.code == 1
    assert says in said.err


def test_programs_get_the_refusals_as_data(milepost, tmp_path):
    said = milepost("import", write(tmp_path, HEADER + "A-1,,UPS,,,US,,,\n"), "--json")
    assert said.told["orders"] == 0
    assert said.told["refusals"][0]["reason"] == "bad_row"
    assert said.told["refusals"][0]["subject"] == "line 2"
