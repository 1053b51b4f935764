"""The command line: `milepost --help` is where a person begins."""

import sys
from typing import NoReturn

from cyclopts import App, CycloptsError
from rich.console import Console

from milepost.cli.commands import COMMANDS
from milepost.cli.exits import REFUSALS, Exit, sentence
from milepost.cli.groups import OPTIONS, PLAIN
from milepost.version import VERSION

ABOUT = """Self-hosted order tracking for TikTok Shop: from the order confirmation to the doorstep.

Try it: `milepost demo` tracks simulated orders through the real connectors; open the address it prints.

For real:

1. Put your keys into milepost.toml (docs/run/configure.md); `milepost config check` says what is wrong.
2. `milepost user add you@example.com`, then `milepost shop connect`: a link that the seller opens.
3. `milepost run`, and sign in at /console. `milepost doctor` looks whether everything works.

Without a marketplace: `milepost import orders.csv --yes`. One parcel: `milepost track NUMBER`.
"""

EPILOGUE = """Every command has --help; most have --json for programs.

Exit codes: 0 done; 1 the answer is no; 2 wrong words or settings; 3 something outside cannot be used."""


app = App(
    name="milepost",
    help=ABOUT,
    help_epilogue=EPILOGUE,
    version=VERSION,
    console=Console(),
    default_parameter=PLAIN,
)
for command in COMMANDS:
    app.command(command.path, name=command.name, group=command.group, help=command.help)
app.register_install_completion_command(help="Teach your shell to complete these commands, and leave.")
for option in ("--help", "--version", "--install-completion"):
    app[option].group = OPTIONS


def main() -> NoReturn:
    """Run one command and leave with an exit code that means something."""
    try:
        code = app(sys.argv[1:], exit_on_error=False)
    except CycloptsError:
        sys.exit(Exit.WRONG)  # it said what was wrong already
    except REFUSALS as error:
        sys.stderr.write(f"milepost: {sentence(error)}\n")
        sys.exit(Exit.of(error))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    sys.exit(code if isinstance(code, int) else Exit.DONE)
