"""Help that reads well, exit codes that mean something, and refusals that name the fix."""

import pytest

from milepost.cli.main import app
from milepost.store.sql.lock_file import LockFile

COMMANDS = [
    "demo",
    "run",
    "web",
    "worker",
    "sandbox",
    "track",
    "order",
    "carrier",
    "doctor",
    "import",
    "shop",
    "user",
    "api-key",
    "config",
    "backup",
    "restore",
]


def every_command(of=app, path=()):
    for name, inner in of.resolved_commands().items():
        if name.startswith("-"):
            continue
        yield (*path, name), inner
        yield from every_command(inner, (*path, name))


def test_help_lists_every_command_under_a_heading(milepost):
    said = milepost("--help")
    assert said.code == 0
    for name in COMMANDS:
        assert f"│ {name} " in said.out
    for heading in ("Try it, run it", "Ask it", "Set it up", "Keep it safe"):
        assert heading in said.out
    assert "0 done; 1 the answer is no; 2 wrong words or settings" in said.out


def test_every_command_and_every_parameter_has_its_sentence():
    silent = []
    for path, command in every_command():
        if not command.help:
            silent.append(" ".join(path))
        if command.default_command is None:
            continue
        silent += [
            f"{' '.join(path)} {argument.name}"
            for argument in command.assemble_argument_collection()
            if argument.show and not argument.parameter.help
        ]
    assert not silent


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["fly"], 2, "fly"),
        (["track"], 2, "NUMBER"),
        (["order", "1", "--colour", "red"], 2, "--colour"),
        (["order", "no-such-order"], 1, "not known here"),
        (["--config", "none.toml", "shop", "list"], 2, ""),
        (["shop", "list", "--config", "none.toml"], 2, "none.toml does not exist"),
        (["shop", "connect"], 3, "has no app keys: set [[tiktok_shop.apps]]"),
        (
            ["shop", "connect", "--marketplace", "acme"],
            3,
            "no marketplace 'acme'; there are file_import, tiktok_shop",
        ),
        (["shop", "sync", "nowhere"], 2, "no shop nowhere"),
        (["import", "none.csv"], 2, "there is no none.csv"),
        (["import", "."], 3, "milepost: .: is a directory"),
        (["carrier", "identify", "--file", "none.txt"], 2, "there is no none.txt"),
        (["carrier", "show", "ups", "--country", "USA"], 2, "no country's two letters"),
        (["queue", "list", "--limit", "0"], 2, "--limit"),
        (["backup", "--keep", "0"], 2, "--keep"),
        (["track", "1Z999AA10123456785"], 2, "Nobody was asked"),
        (["api-key", "add", "till", "--shop", "nowhere"], 2, "--shop: there is no shop nowhere"),
        (["webhook", "list"], 0, "`milepost webhook add URL --shop SHOP`"),
        (["user", "add", "a@example.com"], 2, "--password-stdin"),
    ],
)
def test_a_wrong_call_is_refused_with_a_code_and_the_fix(milepost, words, code, says):
    said = milepost(*words)
    assert said.code == code, said
    assert says.casefold() in (said.out + said.err).casefold()
    assert "Traceback" not in said.err


def test_a_database_in_use_says_by_whom(milepost, tmp_path):
    assert milepost("shop", "list").code == 0
    held = LockFile(tmp_path / "var" / "milepost.sqlite.lock")
    held.take("it")
    said = milepost("shop", "list")
    held.release()
    assert said.code == 3
    assert "is in use by another program (process" in said.err


def test_the_shell_can_learn_the_commands(milepost):
    script = app.generate_completion(shell="bash")
    assert "identify" in script
    assert "--install-completion" in milepost("--help").out
