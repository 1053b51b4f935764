"""The table of webhook types inside docs/use/webhooks.md."""

from pathlib import Path

from milepost.model.webhooks import TYPES

PAGE = "docs/use/webhooks.md"
BEGINS, ENDS = "<!-- types: made by tools/reference/webhooks.py -->", "<!-- end of types -->"


def pages() -> dict[str, str]:
    text = (Path(__file__).resolve().parents[2] / PAGE).read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    rows = [f"| `{name}` | {meaning} |" for name, meaning in TYPES.items()]
    table = "\n".join(["| Type | When |", "|---|---|", *rows])
    return {PAGE: f"{before}{BEGINS}\n{table}\n{ENDS}{after}"}
