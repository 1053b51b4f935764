"""The list of carriers: whose numbers we know, how often we may ask, and how far each folder has climbed."""

from pathlib import Path

from milepost.model.carriers import CarrierCard
from milepost.sources.cards import card
from milepost.sources.couriers import couriers_of

SOURCES = Path(__file__).resolve().parents[2] / "src" / "milepost" / "sources"
LINK = "../../src/milepost/sources"
COLUMNS = (
    "Carrier",
    "Key",
    "Level",
    "Numbers in one call",
    "Calls a minute",
    "Calls a day",
    "Pushes",
    "Done",
    "Not confirmed",
)


def pages() -> dict[str, str]:
    cards = [card(path) for path in sorted(SOURCES.glob("carriers/*/carrier.toml"))]
    text = (
        "# Carriers and marketplaces\n\n"
        "Made from the source folders. [Add a carrier](../add/carrier.md) explains the levels.\n"
        "A carrier that is only `known` is identified and linked, and nobody can ask it.\n"
        "*Not confirmed* is what rests on one source that is not the carrier's own;\n"
        "`milepost carrier show KEY` prints every fact with its source; `carriers.md` there is our\n"
        "notebook of what carriers publish, which is not in this repository.\n"
        "*Pushes*: whether we subscribe each number, or an account is set up ([how](../run/pushes.md)).\n\n"
        "## Carriers\n\n"
        f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|\n" + "\n".join(map(row, cards)) + "\n\n"
        "## Marketplaces\n\n" + "\n".join(marketplaces()) + "\n\n"
        "## Aggregators\n\n"
        "Who tells what many carriers told it; asked only with keys ([add one](../add/aggregator.md)).\n\n"
        "| Aggregator | Numbers in one call | Calls a minute | Pushes | Carriers named |\n"
        "|---|---|---|---|---|\n" + "\n".join(aggregators())
    )
    return {"docs/reference/sources.md": text}


def row(told: CarrierCard) -> str:
    done = sum(line != "todo" for line in told.checklist.values())
    unconfirmed = ", ".join(name for name, sure in told.trust().items() if not sure)
    asked = told.can_be_asked
    return " | ".join(
        (
            f"| [{told.name}]({LINK}/carriers/{told.key}/README.md)",
            f"`{told.key}`",
            told.level.value,
            str(told.batch_max) if asked else "–",
            str(told.per_minute or "no limit known") if asked else "–",
            str(told.per_day or "no limit known") if asked else "–",
            f"by {told.push.value}" if told.push else "–",
            f"{done} of {len(told.checklist)}" if told.checklist else "–",
            f"{unconfirmed or '–'} |",
        )
    )


def aggregators() -> list[str]:
    cards = [card(path) for path in sorted(SOURCES.glob("aggregators/*/aggregator.toml"))]
    return [
        f"| [{told.name}]({LINK}/aggregators/{told.key}/README.md) | {told.batch_max} | {told.per_minute} | "
        f"{'yes' if told.push else '–'} | {len(couriers_of(told.key).theirs)} |"
        for told in cards
    ]


def marketplaces() -> list[str]:
    folders = sorted(path.parent.name for path in SOURCES.glob("marketplaces/*/marketplace.py"))
    return [f"- [`{key}`]({LINK}/marketplaces/{key}/README.md)" for key in folders]
