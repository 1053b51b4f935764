"""Plays a story: what is reported when, and after each report the status and who was told what.

order   2026-03-01T10:00Z  580001  AC1  Paris FR     an order, its number, its parcel, where it goes
report  2026-03-04T18:00Z  acme  AC1                 a report, heard then; its scans are the lines below
  2026-03-04T08:10+01:00  OFD  Paris FR              a scan: when it happened, Acme's code, where
silence 2026-03-08T12:00Z                            time passes until then and nothing is heard
status  attempted   told  attempted                  now it is so, and since the last line so many notices
open    attempted                                    these exceptions are open now (`-` for none)
events  5                                            so many scans are shown
foretold 04..06  handling closed                     our newest entry: first and last day, causes, the greatest first
choose  2026-03-04T18:00Z  bolt                      a person says that this carrier has the parcel
undo    2026-03-04T18:00Z                            and takes that back
carrier bolt  post:PO9                               the carrier now, and the legs after the first one
parcel  580002                                       from here on the checks are about this order's parcel
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from milepost import wiring
from milepost.clock import SteppedClock
from milepost.desk.carriers import choose_carrier, undo_choice
from milepost.desk.entries import By
from milepost.flow import take_in
from milepost.forecast.ledger import basis_of
from milepost.forecast.why import SAID_MIN_H
from milepost.model.carriers import Candidate, Identification
from milepost.model.orders import Destination, OrderFacts, PackageFacts
from milepost.model.promises import Promiser
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import Parsed
from milepost.record.journey import derive
from milepost.settings import Settings, StoreSettings
from milepost.worker import drain
from tests.journeys.acme import Acme, Bolt

SHOP = "market-1"
ADA = By(kind="user", id="u1", name="Ada")


class Market:
    """A marketplace that only stories know: its answers are the story's order lines."""

    key = "market"
    codes: ClassVar = {}
    is_configured = True

    def parse(self, report):
        when, number, tracking_number, *town, country = report.body.decode().split()
        order = OrderFacts(
            order_number=number,
            shop_id=SHOP,
            marketplace="market",
            state="shipped",
            placed_at=datetime.fromisoformat(when),
            updated_at=datetime.fromisoformat(when),
            closed=False,
            packages=(
                PackageFacts(
                    package_id=f"p-{tracking_number}",
                    tracking_number=tracking_number,
                    provider_id="acme",
                    provider_name="Acme",
                    order_numbers=(number,),
                ),
            ),
            destination=Destination(country=country, city=" ".join(town)),
        )
        return Parsed(orders=(order,))


@dataclass
class Stage:
    """A running Milepost that hears a story, line by line."""

    milepost: wiring.Running
    clock: SteppedClock
    told: set = field(default_factory=set)
    order: str = ""  # the checks are about this order's parcel; empty: the only one

    async def play(self, story):
        """Raises AssertionError naming the line that is not so."""
        lines = [line for line in story.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        while lines:
            line = lines.pop(0)
            scans = []
            while lines and lines[0].startswith("  "):
                scans.append(lines.pop(0).strip())
            await self._line(line, scans)

    async def _line(self, line, scans):
        word, *rest = line.split()
        match word:
            case "order":
                await self._hear("market", rest[1], rest[0], " ".join(rest))
            case "report":
                await self._hear(rest[1], rest[2], rest[0], "\n".join(scans))
            case "silence":
                self._move(rest[0])
                await drain(self.milepost.app)
            case "choose":
                self._move(rest[0])
                await choose_carrier(
                    self.milepost.app, (await self._row()).shipment.shipment_id, rest[1], ADA
                )
            case "undo":
                self._move(rest[0])
                await undo_choice(self.milepost.app, (await self._row()).shipment.shipment_id, ADA)
            case "parcel":
                self.order = rest[0]
            case "carrier":
                shipment = (await self._row()).shipment
                legs = [f"{leg.carrier}:{leg.number}" for leg in shipment.legs]
                assert [shipment.carrier, *legs] == rest, line
            case "foretold":
                await self._foretold(line, rest)
            case "status" | "open" | "events":
                await self._check(line, rest, word)
            case _:
                raise AssertionError(f"a story has no word {word!r}: {line}")

    def _move(self, when):
        moment = datetime.fromisoformat(when)
        self.clock.move_to(max(moment, self.clock.now()))

    async def _hear(self, source, subject, when, body):
        self._move(when)
        report = Report(
            source=source,
            kind=ReportKind.TRACKING,
            shop_id=SHOP if source == "market" else None,
            subject=(subject,),
            heard_at=datetime.fromisoformat(when),
            body=body.encode(),
        )
        await take_in([report], self.milepost.app)

    async def _check(self, line, rest, word):
        store = self.milepost.app.store
        row = await self._row()
        if word == "status":
            fresh = await self._fresh_notices()
            expected = sorted(rest[2:]) if rest[1:2] == ["told"] else fresh
            assert (row.status, fresh) == (rest[0], expected), line
        elif word == "open":
            found = await store.exceptions(shop_ids=None, cursor=None, limit=50)
            assert sorted({one.kind for one in found.rows}) == sorted(set(rest) - {"-"}), line
        else:
            events = await store.shipment_events([row.shipment.shipment_id])
            assert len(derive(events[row.shipment.shipment_id]).events) == int(rest[0]), line

    async def _foretold(self, line, rest):
        row = await self._row()
        ledger = await self.milepost.app.store.promises(SHOP, row.shipment.order_numbers[0])
        newest = [one for one in ledger if one.promiser is Promiser.MILEPOST][-1]
        why = sorted(basis_of(newest).why, key=lambda one: -abs(one.hours))
        told = [one.kind.value for one in why if abs(one.hours) >= SAID_MIN_H or one.kind.value == "first"]
        found = [f"{newest.from_at:%d}..{newest.to_at:%d}", *told]
        assert found == rest, f"{line}\nbut {' '.join(found)}: {newest.reason}"

    async def _row(self):
        page = await self.milepost.app.store.shipments(shop_ids=None, cursor=None, limit=10)
        live = [row for row in page.rows if not row.shipment.superseded]
        return next(row for row in live if self.order in ("", *row.shipment.order_numbers))

    async def _fresh_notices(self):
        """What the buyer was told since the last look, by template."""
        page = await self.milepost.app.store.notices(shop_ids=None, cursor=None, limit=200)
        keys = {notice.key: notice.template for notice, _ in page.rows if notice.audience == "buyer"}
        fresh = sorted(template for key, template in keys.items() if key not in self.told)
        self.told |= set(keys)
        return fresh


def identify(number, _provider_name="", _country="", _clues=None):
    """Everything in a story is Acme's."""
    acme = Candidate(carrier="acme", probability=1.0, reasons=("the story says so",))
    return Identification(given=number, number=number, valid_format=True, answer="acme", candidates=(acme,))


def story_settings(tmp_path):
    return Settings(
        store=StoreSettings(url=f"sqlite:{tmp_path}/story.sqlite", key_file=str(tmp_path / "key")),
        log_level="warning",
    )


def with_acme(milepost):
    """The same Milepost, with the story's carrier and marketplace beside the real ones."""
    app = milepost.app
    return replace(
        milepost,
        app=replace(
            app,
            carriers={**app.carriers, "acme": Acme(), "bolt": Bolt(), "post": Bolt("post")},
            marketplaces={**app.marketplaces, "market": Market()},
            channels={**app.channels, "email": Pigeon()},
            identify=identify,
        ),
    )


class Pigeon:
    """A channel that is there, so that notices for the buyer are decided; stories read what was decided."""

    key = "email"
    is_configured = True
