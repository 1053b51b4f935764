"""`milepost codes`: codes that no table explains, and corrections turned into samples for the repository."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from milepost.cli.answers import AsJson, Config, console, say, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.opening import opened
from milepost.desk.codes import CorrectionError, Waiting, codes_waiting
from milepost.desk.samples import Sample, codes_with, sample_of
from milepost.ports.codes import standing

app = App(name="codes", default_parameter=PLAIN)


@app.command(name="list")
def list_codes(*, as_json: AsJson = False, config: Config = None) -> int:
    """List the codes that were read as unknown, the most frequent first, and what was said of them here."""
    found = asyncio.run(_waiting(config))
    if as_json:
        say_json(found)
    elif not found:
        print("Every code that was heard is in a table.")
    else:
        rows = [
            (
                one.told.source,
                one.told.code,
                one.told.scans,
                f"{one.told.last_heard_at:%Y-%m-%d %H:%M}Z",
                one.told.text,
                one.correction.meaning.status if one.correction else "",
            )
            for one in found
        ]
        columns = ("source", "code", "scans", "last heard", "its words", "means here")
        console().print(table("Codes nobody explained", columns, rows))
    return Exit.DONE


@app.command
def export(
    source: Annotated[str, Parameter(help="The carrier's or marketplace's key.")],
    /,
    *,
    to: Annotated[Path, Parameter(help="The source's folder in a copy of the repository.")],
    config: Config = None,
) -> int:
    """Write a source's corrections into its folder: a sample and its table each, and a line of codes.csv.

    The sample tests of the repository find them by themselves. Reports are cleared of everything the scan can
    do without, and so of people; look them over all the same before you send them anywhere.
    """
    if not (to / "parse.py").exists():
        raise CommandError(f"--to: {to} is no source's folder; it would have a parse.py")
    samples = asyncio.run(_samples(source, config))
    if not samples:
        print(f"Nothing was corrected of {source}: `milepost codes list` shows what waits.")
        return Exit.NO
    for sample in samples:
        _write(sample, to)
        say(
            f"{to.name}: samples/{sample.name}.json and .txt, and {sample.row['family']},{sample.row['code']}"
        )
    return Exit.DONE


def _write(sample: Sample, folder: Path) -> None:
    (folder / "samples").mkdir(exist_ok=True)
    (folder / "samples" / f"{sample.name}.json").write_bytes(sample.body)
    (folder / "samples" / f"{sample.name}.txt").write_text(sample.table, "utf-8")
    codes = folder / "codes.csv"
    codes.write_text(codes_with(codes.read_text("utf-8") if codes.exists() else "", sample.row), "utf-8")


async def _waiting(config: Path | None) -> list[Waiting]:
    async with opened(config) as milepost:
        return await codes_waiting(milepost)


async def _samples(source: str, config: Path | None) -> list[Sample]:
    async with opened(config) as milepost:
        await milepost.code_tables.look(milepost.store)
        corrections = [
            one for one in standing(await milepost.store.code_corrections()) if one.source == source
        ]
        try:
            return [await sample_of(milepost, one) for one in corrections]
        except CorrectionError as error:
            raise CommandError(str(error)) from error
