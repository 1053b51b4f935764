"""The longest tests come first, so that no worker waits at the end for another's last one."""

LONG = ("tests/sim/test_worlds.py", "tests/sim/", "tests/planted/", "tests/pages/", "tests/cli/")


def pytest_collection_modifyitems(items):
    items.sort(
        key=lambda item: next(
            (rank for rank, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG)
        )
    )
