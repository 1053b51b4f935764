"""`milepost doctor` says whether everything works, and what to do about what does not."""

import asyncio
from pathlib import Path

from milepost.cli.answers import AsJson, Config, console, say_json
from milepost.cli.checkup import Finding, Verdict, examine
from milepost.cli.exits import Exit
from milepost.settings import Settings, load


def doctor(*, as_json: AsJson = False, config: Config = None) -> int:
    findings = asyncio.run(_examine(config))
    if as_json:
        say_json(
            [
                {"what": one.what, "verdict": one.verdict.value, "told": one.told, "fix": one.fix}
                for one in findings
            ]
        )
    else:
        _show(findings)
    return Exit.NO if any(one.verdict is Verdict.BAD for one in findings) else Exit.DONE


async def _examine(config: Path | None) -> list[Finding]:
    settings: Settings = load(config)
    return await examine(settings)


def _show(findings: list[Finding]) -> None:
    out = console()
    colors = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.BAD: "red"}
    for one in findings:
        out.print(f"[{colors[one.verdict]}]{one.verdict.value:5}[/]", end="")
        out.print(f"{one.what:18} {one.told}", markup=False, highlight=False, soft_wrap=True)
        if one.fix:
            out.print(f"{'':24}{one.fix}", markup=False, highlight=False, style="dim", soft_wrap=True)
