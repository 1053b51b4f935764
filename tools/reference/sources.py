"""The list of carriers: whose numbers we know, how often we may ask, and how far each folder has climbed."""

from pathlib import Path

from milepost.model.carriers import CarrierCard
from milepost.sources.catalog import card

SOURCES = Path(__file__).resolve().parents[2] / "src" / "milepost" / "sources"
LINK = "../../src/milepost/sources"


def pages() -> dict[str, str]:
    cards = [card(path) for path in sorted(SOURCES.glob("carriers/*/carrier.toml"))]
    text = (
        "# Carriers and marketplaces\n\n"
        "Made from the source folders. [Add a carrier](../add/carrier.md) explains the levels.\n\n"
        "## Carriers\n\n"
        "| Carrier | Key | Level | Numbers in one call | Calls a minute | Calls a day | Done |\n"
        "|---|---|---|---|---|---|---|\n" + "\n".join(row(told) for told in cards) + "\n\n"
        "## Marketplaces\n\n" + "\n".join(marketplaces())
    )
    return {"docs/reference/sources.md": text}


def row(told: CarrierCard) -> str:
    done = sum(line != "todo" for line in told.checklist.values())
    return " | ".join(
        (
            f"| [{told.name}]({LINK}/carriers/{told.key}/README.md)",
            f"`{told.key}`",
            told.level.value,
            str(told.batch_max),
            str(told.per_minute or "no limit known"),
            str(told.per_day or "no limit known"),
            f"{done} of {len(told.checklist)} |",
        )
    )


def marketplaces() -> list[str]:
    folders = sorted(path.parent.name for path in SOURCES.glob("marketplaces/*/marketplace.py"))
    return [f"- [`{key}`]({LINK}/marketplaces/{key}/README.md)" for key in folders]
