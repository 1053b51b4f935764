"""Who sits at the terminal, for what is kept with a name."""

import getpass

from milepost.desk.entries import By


def at_the_terminal() -> By:
    """Whoever is signed in on this machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "somebody"
    return By(kind="terminal", id=name, name=f"{name} (terminal)")
