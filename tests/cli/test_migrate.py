"""`milepost migrate` says where a database stands, moves it, and prints what it would say."""

import json
import subprocess
import sys

import apsw
import pytest

from milepost.store.history import SCHEMA_VERSION
from tests.contract.test_migrations import version_1


@pytest.fixture
async def milepost(tmp_path):
    """Runs a command on a database of version 1; answers its exit code, output and complaint."""
    await version_1("sqlite", f"sqlite:{tmp_path}/milepost.sqlite", tmp_path)

    def run(*words):
        ran = subprocess.run(
            [sys.executable, "-m", "milepost", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONPATH": ":".join(sys.path), "MILEPOST_STORE__URL": "sqlite:milepost.sqlite"},
        )
        return ran.returncode, ran.stdout, ran.stderr

    return run


async def test_a_database_is_moved_there_and_back(milepost, tmp_path):
    code, said, _ = milepost("migrate", "status", "--json")
    assert (code, json.loads(said)["version"]) == (1, 1)
    code, said, _ = milepost("migrate", "up", "--sql")
    assert code == 0
    assert "ALTER TABLE milepost_schema ADD COLUMN step" in said
    assert version_in(tmp_path) == 1
    _, said, warned = milepost("migrate", "up")
    assert said.startswith(f"The database has version {SCHEMA_VERSION} now")
    assert "Programs made for version 1 cannot work with version 2: stop them all before" in warned
    code, _, warned = milepost("migrate", "status")
    assert (code, warned) == (0, ""), "nobody has to stop"
    assert version_in(tmp_path) == SCHEMA_VERSION
    assert milepost("migrate", "down", "--to", "1")[0] == 0
    assert version_in(tmp_path) == 1


async def test_a_version_that_cannot_be_gone_to_is_named(milepost, tmp_path):
    code, _, complaint = milepost("migrate", "up", "--to", "99")
    assert code == 2
    assert f"--to 99: this program knows the versions 1 to {SCHEMA_VERSION}" in complaint
    assert (
        milepost("migrate", "up", "--to", "1")[1] == "The database has version 1; there is nothing to do.\n"
    )
    assert version_in(tmp_path) == 1
    (tmp_path / "milepost.sqlite").unlink()
    code, _, complaint = milepost("migrate", "status")
    assert (code, complaint.strip()) == (
        3,
        "milepost: the SQLite database milepost.sqlite is empty: start Milepost, which makes its tables",
    )


def version_in(folder):
    connection = apsw.Connection(str(folder / "milepost.sqlite"))
    try:
        return connection.execute("SELECT version FROM milepost_schema").fetchone()[0]
    finally:
        connection.close()
