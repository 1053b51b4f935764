"""The command line: `milepost --help` is where a person begins."""

import sys
from typing import NoReturn

from cyclopts import App
from rich.console import Console

from milepost.cli import demo, running, sandbox
from milepost.cli.exits import Exit, refusals
from milepost.version import VERSION

ABOUT = """Self-hosted order tracking for TikTok Shop: from the order confirmation to the doorstep.

Try it: `milepost demo` tracks simulated orders through the real connectors; open the address it prints.
For real: put your keys in milepost.toml (docs/run/configure.md), then `milepost shop connect` and `milepost run`.

Exit codes: 0 done; 1 the answer is no; 2 wrong words or settings; 3 something outside cannot be used.
"""

app = App(name="milepost", help=ABOUT, version=VERSION, console=Console())
app.command(running.run)
app.command(running.web)
app.command(running.worker)
app.command(demo.demo)
app.command(sandbox.app)


def main() -> NoReturn:
    """Run one command and leave with an exit code that means something."""
    try:
        code = app()
    except refusals() as error:
        sys.stderr.write(f"milepost: {error}\n")
        sys.exit(Exit.of(error))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    sys.exit(code if isinstance(code, int) else Exit.DONE)
