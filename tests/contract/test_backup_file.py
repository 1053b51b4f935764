"""A backup file that is not whole, not ours or too new is refused in one sentence; there is never half of one."""

import io
import zlib

import pytest

from milepost.ports.store import StoreError
from milepost.store.backup.archive import FORMAT, PIECE, ArchiveError, Header, Reader, Writer, encoded
from milepost.store.backup.file import written_whole

TABLES = {"cats": ["name", "born", "weight", "photo"], "dogs": ["name"]}
CATS = [("Tom", 1, 4.5, b"\x00\xff"), ("Mia", -(2**62), 0.1, b""), ("", None, None, b"x" * 3000)]


def archive():
    header = Header(
        schema=1,
        engine="sqlite",
        version="1",
        taken_at="2026-03-04T12:00:00+00:00",
        key_check="k",
        tables=TABLES,
    )
    file = io.BytesIO()
    writer = Writer(file, header)
    rows = iter(CATS)
    while (piece := encoded(rows, bytes_max=20))[0]:
        writer.add("cats", *piece)
    writer.end()
    return file.getvalue()


def read(content):
    reader = Reader(io.BytesIO(content), "a.milepost")
    rows = [(table, row) for table, found in reader.pieces() for row in found]
    return reader, rows


def test_what_is_written_is_read():
    reader, rows = read(archive())
    assert rows == [("cats", row) for row in CATS]
    assert {name: check.rows for name, check in reader.checks.items()} == {"cats": 3, "dogs": 0}


def test_a_backup_that_ends_anywhere_before_its_end_is_refused():
    whole = archive()
    for length in range(len(whole)):
        with pytest.raises(ArchiveError, match=r"is damaged \(.*use another one|is not a backup"):
            read(whole[:length])


def test_a_bit_that_turned_anywhere_is_noticed():
    whole = archive()
    for place in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(ArchiveError) as error:
            read(bytes(changed))
        assert "\n" not in str(error.value)


def test_something_after_the_end_is_noticed():
    with pytest.raises(ArchiveError, match="something stands after its end"):
        read(archive() + b"x")


def test_a_backup_of_a_newer_form_says_so():
    content = archive().replace(b"BACKUP 1\n", b"BACKUP %d\n" % (FORMAT + 1), 1)
    with pytest.raises(
        ArchiveError, match=r"newer Milepost \(form 2, this one reads 1\): install that version"
    ):
        read(content)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"PK\x03\x04", b"MILEPOST BACKUP x\n{}"])
def test_another_file_is_no_backup(content):
    with pytest.raises(ArchiveError, match="is not a backup of Milepost: name a file that"):
        read(content)


def test_a_piece_that_claims_to_be_huge_is_not_read_into_memory():
    start = b"".join(archive().splitlines(keepends=True)[:2])
    with pytest.raises(ArchiveError, match="larger than any can be"):
        read(start + PIECE.pack(b"R", 0, 1, 10, 2**32 - 1))
    packed = zlib.compress(bytes(50_000_000))
    with pytest.raises(ArchiveError, match="another length than it says"):
        read(start + PIECE.pack(b"R", 0, 1, 10, len(packed)) + packed)


def test_a_file_that_is_being_written_has_another_name_and_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "deep" / "a.milepost"
    with written_whole(path) as file:
        file.write(b"half")
        assert not path.exists()
        assert [one.name for one in path.parent.iterdir()] == ["a.milepost.part"]
        with pytest.raises(StoreError, match="another backup is being written"), written_whole(path):
            pass
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["a.milepost"]
    with pytest.raises(StoreError, match="is there already: name another"), written_whole(path):
        pass


def test_a_file_that_could_not_be_written_is_not_there(tmp_path):
    path = tmp_path / "a.milepost"
    with pytest.raises(StoreError, match=r"No space left on device.: make room"), written_whole(path):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_backup_left_is_taken_over(tmp_path):
    path = tmp_path / "a.milepost"
    path.with_name("a.milepost.part").write_bytes(b"half of an older, longer one")
    with written_whole(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
