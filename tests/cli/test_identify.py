"""`milepost carrier identify`: one number, a file, a pipe; for people and for programs."""

import json

KEYS = ["input", "number", "valid_format", "answer", "candidates"]
LINES = [
    "1Z5R89390357567127",
    "",
    "see https://t.17track.net/en#nums=RB123456785NL ok",
    "RB123456784NL",
    "\tno number",
]


def test_each_line_of_a_file_or_a_pipe_is_one_object_of_exactly_these_keys(milepost, tmp_path):
    text = "\n".join(LINES) + "\n"
    (tmp_path / "numbers.txt").write_text(text, "utf-8")
    piped = milepost("carrier", "identify", "--json", typed=text)
    filed = milepost("carrier", "identify", "--json", "--file", "numbers.txt")
    assert (piped.code, filed.code, filed.out) == (0, 0, piped.out)
    told = [json.loads(line) for line in piped.out.splitlines()]
    assert [list(one) for one in told] == [KEYS] * len(LINES)
    assert [one["input"] for one in told] == LINES
    assert [one["answer"] for one in told] == ["ups", None, "s10:nl", None, None]
    assert [one["number"] for one in told] == [LINES[0], "", "RB123456785NL", LINES[3], ""]
    assert [one["valid_format"] for one in told] == [True, False, True, False, False]
    assert list(told[0]["candidates"][0]) == ["carrier", "p", "reasons"]


def test_one_number_is_one_object_too(milepost):
    told = milepost("carrier", "identify", "1Z 5R89 3903 5756 7127", "--json")
    assert told.code == 0
    assert len(told.out.splitlines()) == 1
    assert told.told["number"] == "1Z5R89390357567127"


def test_a_person_gets_a_line_for_each(milepost):
    told = milepost("carrier", "identify", typed="1Z5R89390357567127\n986578788855\n")
    assert told.out.splitlines()[0] == "1Z5R89390357567127\tups"
    assert told.out.splitlines()[1].startswith("986578788855\tperhaps fedex (")


def test_a_name_and_a_country_hold_for_every_line(milepost):
    told = milepost("carrier", "identify", "--json", "--name", "J&T Express", typed="802835136302\n")
    assert told.told["answer"] == "jt_express"


def test_bytes_that_are_no_text_and_a_line_without_end_are_read_within_bounds(milepost, tmp_path):
    (tmp_path / "odd").write_bytes(b"\xff\xfe\x001Z5R89390357567127\n" + b"9" * 25_000)
    told = milepost("carrier", "identify", "--json", "--file", "odd")
    assert told.code == 0
    assert len(told.out.splitlines()) == 4  # the long line is read in pieces


def test_a_number_and_a_file_or_a_file_that_is_not_there_is_an_error_that_says_what_to_do(milepost):
    both = milepost("carrier", "identify", "1Z5R89390357567127", "--file", "x")
    assert (both.code, "give one of them" in both.err) == (2, True)
    missing = milepost("carrier", "identify", "--file", "nowhere.txt")
    assert missing.code == 2
    assert "nowhere.txt" in missing.err
