"""`milepost backup` and `milepost restore`, as a person uses them; and the backups Milepost takes by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from milepost.carry.backups import plan_backups
from milepost.desk.backups import file_for, remove_oldest
from milepost.settings import BackupSettings
from milepost.worker import drain
from tests.flow.house import house


def test_a_backup_is_taken_looked_over_and_put_back(milepost, tmp_path):
    assert (
        milepost("user", "add", "a@example.com", "--password-stdin", typed="correct horse battery").code == 0
    )
    said = milepost("backup", "--json")
    assert said.code == 0, said.err
    path = Path(said.told["path"])
    assert path.parent == Path("var/backups")
    assert said.told["rows"]["users"] == 1
    assert said.told["has_key"] is False
    seen = milepost("backup", "verify", path)
    assert (seen.code, seen.out.startswith(f"Whole: {path}: ")) == (0, True)
    refused = milepost("restore", path)
    assert refused.code == 3
    assert "is not empty: name another in store.url, or say --replace" in refused.err
    again = milepost("restore", path, "--replace")
    assert again.code == 0, again.err
    assert "What was there before is kept as var/milepost.sqlite.before-restore-" in again.out
    assert "milepost restore release" in again.out
    assert milepost("restore", "release").out == "Due now: 0 actions.\n"
    assert milepost("restore", "drop").out == "Dropped: 0 actions.\n"


def test_a_backup_that_is_no_good_is_said_in_one_sentence(milepost, tmp_path):
    (tmp_path / "a.milepost").write_bytes(b"MILEPOST BACKUP 1\n{}")
    for words in (("backup", "verify"), ("restore",)):
        said = milepost(*words, "a.milepost")
        assert said.code == 3
        assert said.err.startswith("milepost: the backup a.milepost is damaged (its header cannot be read): ")
        assert said.err.count("\n") == 1
    assert not (tmp_path / "var").exists()


def test_doctor_looks_for_a_backup(milepost):
    def told():
        return next(one for one in milepost("doctor", "--json").told if one["what"] == "backup")

    assert (told()["verdict"], told()["told"]) == ("warn", "none in var/backups")
    milepost("backup")
    assert told()["verdict"] == "ok"


def test_only_the_newest_of_the_files_named_after_their_instant_are_kept(tmp_path):
    start = datetime(2026, 3, 4, tzinfo=UTC)
    made = [file_for(tmp_path, start + timedelta(hours=hour)) for hour in range(5)]
    others = [tmp_path / name for name in ("mine.milepost", "milepost-notes.txt", "milepost.sqlite")]
    killed = made[0].with_name(made[0].name + ".part")
    for path in [*made, *others, killed]:
        path.touch()
    remove_oldest(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        path.name for path in [*made[-2:], *others]
    )


async def test_a_worker_takes_backups_by_itself_and_the_next_one_in_time(tmp_path):
    async with house(tmp_path) as milepost:
        folder = tmp_path / "backups"
        settings = replace(
            milepost.app.settings, backup=BackupSettings(folder=str(folder), every_s=300, keep=2)
        )
        app = replace(milepost.app, settings=settings)
        await plan_backups(app)
        await plan_backups(app)
        assert await drain(app) == 0, "the first is due after the first interval"
        milepost.clock.move(timedelta(seconds=301))
        assert await drain(app) == 1
        (path,) = folder.glob("*.milepost")
        assert path.stat().st_mode & 0o777 == 0o600
        assert await app.work.next_due() == milepost.clock.now() + timedelta(seconds=300)


async def test_a_backup_that_fails_says_why_and_is_tried_again(tmp_path):
    async with house(tmp_path) as milepost:
        (tmp_path / "file").touch()
        backup = BackupSettings(folder=str(tmp_path / "file"), every_s=300)
        app = replace(milepost.app, settings=replace(milepost.app.settings, backup=backup))
        await plan_backups(app)
        milepost.clock.move(timedelta(seconds=301))
        await drain(app)
        assert await app.work.next_due() > milepost.clock.now()
