"""The headings under which `milepost --help` lists the commands."""

from cyclopts import Group

START = Group("Try it, run it", sort_key=1)
ASK = Group("Ask it", sort_key=2)
SET_UP = Group("Set it up", sort_key=3)
KEEP = Group("Keep it safe", sort_key=4)
OPTIONS = Group("Options", sort_key=5)
