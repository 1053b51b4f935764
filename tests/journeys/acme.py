"""Acme, a carrier that only stories know: its answers are the story's own lines."""

from dataclasses import replace
from datetime import datetime

from milepost.model.carriers import CarrierCard, CodeBook, CodeMeaning
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal
from milepost.model.scans import CodeRef, Parsed, Scan, ShipmentTold

MEANINGS = {
    "NEW": ("label_created", ""),
    "PU": ("accepted", ""),
    "DEP": ("in_transit", ""),
    "ARR": ("in_transit", ""),
    "WX": ("in_transit", "external.weather"),
    "MEC": ("in_transit", "carrier.mechanical"),
    "CUS": ("held", "customs.duties_due"),
    "CLR": ("in_transit", ""),
    "ADR": ("held", "address.wrong"),
    "OFD": ("out_for_delivery", ""),
    "ATT": ("attempted", "receiver.absent"),
    "PICK": ("available_for_pickup", ""),
    "DEL": ("delivered", ""),
    "RTS": ("return_in_transit", ""),
    "RET": ("returned", ""),
    "LOST": ("lost", "carrier.lost"),
    "ETA": ("note", ""),
}


class Acme:
    """Fills ports.sources.Carrier; reads lines `WHEN  CODE  PLACE`."""

    key = "acme"
    card = CarrierCard(key="acme", name="Acme", tracking_url="https://acme.invalid/{n}", batch_max=30)
    is_configured = True
    pushes = None

    def __init__(self):
        self.codes = CodeBook(
            (CodeRef("acme", code), CodeMeaning(status=status, reason=reason, evidence="", note=""))
            for code, (status, reason) in MEANINGS.items()
        )
        self.answers = {}

    def parse(self, report):
        scans, refusals = [], []
        for line in report.body.decode().splitlines():
            try:
                scans.append(_scan(line, report.subject[0]))
            except (ValueError, IndexError):
                refusals.append(Refusal(reason="unreadable_row", detail="a line is not `WHEN  CODE  PLACE`"))
        return Parsed(scans=tuple(scans), refusals=tuple(refusals))

    async def fetch(self, queries):
        return []  # a story says itself what is reported, and when


def _scan(line, number):
    when, code, *words = line.split()
    place = RawPlace(text=" ".join(words))
    refs = (CodeRef(family="acme", code=code),)
    if when.endswith("Z") or "+" in when[10:] or "-" in when[10:]:
        return Scan(
            moment=datetime.fromisoformat(when),
            code=code,
            refs=refs,
            text=code,
            place=place,
            tracking_number=number,
        )
    datetime.fromisoformat(when)
    return Scan(wall_clock=f"{when}:00", code=code, refs=refs, text=code, place=place, tracking_number=number)


class Bolt(Acme):
    """Another carrier, which reads the same lines; `OVER NUMBER` says that it handed the parcel over."""

    def __init__(self, key="bolt"):
        super().__init__()
        self.key = key
        self.card = replace(Acme.card, key=key, name=key.capitalize())

    def parse(self, report):
        lines = report.body.decode().splitlines()
        told = [line.split() for line in lines if line.startswith("OVER")]
        body = "\n".join(line for line in lines if not line.startswith("OVER")).encode()
        parsed = super().parse(replace(report, body=body))
        over = tuple((kind, number) for _, kind, number in told)
        facts = (ShipmentTold(tracking_number=report.subject[0], handed_over_as=over),) if over else ()
        return replace(parsed, shipments=facts)
