"""Which commands there are, under which heading, and what `--help` says of each.

The words stand here and not beside the functions: so `milepost --help` imports none of them, and a command
imports only what it needs itself.
"""

from dataclasses import dataclass

from cyclopts import Group

from milepost.cli.groups import ASK, KEEP, SET_UP, START


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `milepost`."""

    name: str
    path: str  # module:attribute, a function or an App with commands of its own
    group: Group
    help: str  # its first line stands in the list of commands


COMMANDS = (
    Command(
        "demo",
        "milepost.cli.demo:demo",
        START,
        """Track simulated orders through the real connectors; open the printed address in a browser.

Everything runs on this machine: simulated TikTok Shop and carriers, Milepost, a database in a
temporary folder that is gone at the end. Ctrl-C ends all of it.""",
    ),
    Command(
        "run", "milepost.cli.running:run", START, "Start everything: web server and worker in one process."
    ),
    Command(
        "web",
        "milepost.cli.running:web",
        START,
        "Start only the web server; workers run elsewhere on the same database.",
    ),
    Command("worker", "milepost.cli.running:worker", START, "Start only a worker."),
    Command(
        "sandbox",
        "milepost.cli.sandbox:app",
        START,
        "Simulated TikTok Shop and carriers, with a truth to audit against.",
    ),
    Command(
        "track",
        "milepost.cli.orders:track",
        ASK,
        "Say whose number this is and where the parcel is; a number we do not know is asked about now.",
    ),
    Command(
        "order",
        "milepost.cli.orders:app",
        ASK,
        "Show everything known of one order; enter what a person knows of it, or take that back.",
    ),
    Command(
        "carrier", "milepost.cli.carriers:app", ASK, "Carriers: which there are, and whose number this is."
    ),
    Command(
        "codes",
        "milepost.cli.codes:app",
        ASK,
        "Codes that no table explains; what you said of them, written as samples for everybody.",
    ),
    Command(
        "doctor",
        "milepost.cli.doctor:doctor",
        ASK,
        """Look at everything: database, keys, places, carriers, mail, clock, disk, browser files.

Each line says ok, warn or bad, and what to do about it.""",
    ),
    Command(
        "import",
        "milepost.cli.imports:import_",
        SET_UP,
        """Read a file of orders or tracking events: CSV, XLSX, JSON, X12 214, IFTSTA or EPCIS.

Without --yes it only says, row by row, what would happen, and changes nothing. Rows that cannot be used are
named with the fix; the others go in. Doing it again changes nothing (docs/use/imports.md).""",
    ),
    Command(
        "forecast",
        "milepost.cli.forecast:app",
        ASK,
        "Try the forecast on a history of your own; train it, go back to an earlier version, share lanes.",
    ),
    Command("shop", "milepost.cli.shops:app", SET_UP, "Connect shops and read their orders."),
    Command("webhook", "milepost.cli.webhooks:app", SET_UP, "Say where programs hear of news, and try it."),
    Command("user", "milepost.cli.accounts:users", SET_UP, "People who sign in to the console."),
    Command("api-key", "milepost.cli.accounts:keys", SET_UP, "Keys with which programs read the API."),
    Command("config", "milepost.cli.config:app", SET_UP, "Look at the settings."),
    Command(
        "migrate", "milepost.cli.migrate:app", SET_UP, "Bring the database's tables up to date, or back."
    ),
    Command(
        "nodes",
        "milepost.cli.nodes:nodes",
        ASK,
        "List the nodes that hear of each other: version, what they do, open pages.",
    ),
    Command("queue", "milepost.cli.queue:app", ASK, "See and steer what Milepost has to do."),
    Command(
        "backup",
        "milepost.cli.backup:app",
        KEEP,
        "Copy everything kept into one file while Milepost works, or look such a file over.",
    ),
    Command(
        "restore",
        "milepost.cli.restore:app",
        KEEP,
        "Put a backup back; then release or drop what may have been sent already.",
    ),
)
