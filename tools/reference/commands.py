"""The list of commands, as `--help` says them."""

import re

from milepost.cli.main import app

HEAD = """# Commands

Made from the command line itself: `milepost --help` and `milepost COMMAND --help` say the same.

Exit codes: 0 done; 1 the answer is no (not found, differs, failed check); 2 wrong words or settings;
3 something outside cannot be used (a database, a source, a port); 130 stopped by Ctrl-C.

With SQLite one program holds the database: most commands are for when `milepost run` is stopped, and say so
otherwise. With PostgreSQL they can be used at any time.

What a file for `milepost import` may hold: [hand in a file](../use/imports.md).
"""


def pages() -> dict[str, str]:
    text = app.generate_docs(output_format="markdown", heading_level=1)
    _, _, commands = text.partition("## milepost ")
    return {"docs/reference/commands.md": HEAD + "\n## milepost " + tidy(commands)}


def tidy(text: str) -> str:
    """Trailing blanks and runs of empty lines say nothing."""
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text)
