"""What we say about each kind of delivery exception: what it is, what it means, what to do now."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences for people. `buyer` and `seller` say what each can do; empty: nothing, only wait."""

    title: str
    what: str
    buyer: str = ""
    seller: str = ""


WORDS: Mapping[str, Words] = {
    "weather": Words(
        "Delayed by weather",
        "Bad weather on the way holds the parcel up. It goes on as soon as the roads or flights are open.",
    ),
    "disaster": Words(
        "Delayed by an emergency",
        "Something beyond anybody's control holds the parcel up. It goes on as soon as that is over.",
    ),
    "mechanical": Words(
        "Delayed by a breakdown",
        "A vehicle or machine of the carrier broke down. The parcel goes on with the next one.",
    ),
    "carrier_late": Words(
        "The carrier is running late",
        "The parcel missed its planned departure. It goes on with the next one.",
    ),
    "misrouted": Words(
        "Sent the wrong way",
        "The parcel was sorted to the wrong place and is being sent on to the right one.",
    ),
    "security": Words(
        "Security check",
        "The parcel is being checked for security before it may travel on.",
    ),
    "held": Words(
        "Held by the carrier",
        "The carrier keeps the parcel for now and has not said why.",
        seller="If it does not move within two days, ask the carrier for the reason.",
    ),
    "customs": Words("In customs", "Customs are looking at the parcel. Most are released within a few days."),
    "customs_duties": Words(
        "Duties or taxes are due",
        "Customs released the parcel, but duties or taxes have to be paid before it is delivered.",
        buyer="Pay the amount on the carrier's own page or at its counter. Never follow a payment link "
        "from a message you did not expect.",
        seller="Tell the buyer what is due and why, or pay it for them.",
    ),
    "customs_papers": Words(
        "Customs need papers",
        "Customs cannot release the parcel before they have an invoice or other information.",
        buyer="If the carrier asks you for a copy of your order, send it.",
        seller="Send the carrier the commercial invoice and what else customs ask for.",
    ),
    "customs_seized": Words(
        "Held by an authority",
        "An authority keeps the parcel and decides whether it may go on.",
        seller="Ask the carrier which authority it is and what it needs.",
    ),
    "customs_refused": Words(
        "Customs refused the parcel",
        "Customs do not let the parcel in. It will be returned or destroyed.",
        seller="Ask the carrier for the reason, and offer the buyer a refund or another way.",
    ),
    "address": Words(
        "The address does not work",
        "The carrier cannot find the address, or a part of it is missing.",
        buyer="Check the address with the seller and add what is missing: unit, floor, name on the bell.",
        seller="Correct the address with the carrier, and tell the buyer.",
    ),
    "attempted": Words(
        "Nobody could take it",
        "The carrier came to deliver and could not hand the parcel over.",
        buyer="See the carrier's note: it says whether they come again or where to collect it. "
        "You can ask for another day on the carrier's page.",
        seller="The buyer was told. Nothing to do unless they write.",
    ),
    "pickup": Words(
        "Waiting to be collected",
        "The parcel lies ready at a pickup point and goes back when it is not collected in time.",
        buyer="Collect it with the tracking number and something that shows your name.",
        seller="The buyer was told. Remind them before the last day.",
    ),
    "refused": Words(
        "The receiver refused it",
        "Somebody at the door did not accept the parcel. It goes back unless that changes.",
        buyer="If that was a mistake, tell the carrier or the seller at once.",
        seller="Ask the buyer why, then let it come back or have it delivered again.",
    ),
    "shipper": Words(
        "The sender has to act",
        "Something about the parcel or its papers has to be put right by its sender.",
        seller="Ask the carrier what is missing, and send it.",
    ),
    "prohibited": Words(
        "Contents not allowed",
        "The carrier says that the contents may not be sent this way.",
        seller="Ask the carrier whether it comes back, and send the order another way.",
    ),
    "damaged": Words(
        "Damaged on the way",
        "The carrier found the parcel damaged.",
        buyer="If it reaches you, take pictures before and while you open it.",
        seller="Offer a replacement or refund, and file a claim while the window is open.",
    ),
    "missing": Words(
        "The carrier is looking for it",
        "The carrier cannot find the parcel and has begun a search.",
        seller="Join the search with a description of the contents; prepare a replacement.",
    ),
    "lost": Words(
        "Lost by the carrier",
        "The carrier has given the parcel up. It will most likely not arrive.",
        buyer="The seller has been told. Ask them for a replacement or refund.",
        seller="Send a replacement or refund, and file a claim while the window is open.",
    ),
    "destroyed": Words(
        "Destroyed",
        "The parcel was destroyed or disposed of and will not arrive.",
        buyer="The seller has been told. Ask them for a replacement or refund.",
        seller="Send a replacement or refund, and file a claim if the carrier is to blame.",
    ),
    "returning": Words(
        "On its way back",
        "The parcel is traveling back to its sender.",
        buyer="Ask the seller to send it again or refund it.",
        seller="Find out why, and agree with the buyer: send again, or refund on arrival.",
    ),
    "delivery_retracted": Words(
        "Not delivered after all",
        "It was reported as delivered, and then seen again on its way. The report was wrong.",
        buyer="Nothing to do: we follow it until it is really there.",
        seller="Watch this one. If it does not arrive soon, ask the carrier for proof of delivery.",
    ),
    "unknown_code": Words(
        "A scan we cannot read",
        "The carrier reported something with a code we do not know. Its own words are in the timeline.",
        seller="Read the carrier's words; whoever runs this Milepost can explain the code under Codes.",
    ),
    "carrier_doubted": Words(
        "Another carrier scanned it",
        "Somebody chose the carrier of this parcel, and another carrier has scanned its number since.",
        seller="Compare the scans on the order's page, then confirm the carrier or choose another one.",
    ),
    "no_first_scan": Words(
        "Not scanned yet",
        "There is a label, but the carrier has not scanned the parcel.",
        seller="Check that it was handed over. If it was, ask the carrier to look for it.",
    ),
    "silent": Words(
        "No news for days",
        "The parcel was on its way and has not been scanned since.",
        seller="Ask the carrier to look for it before the buyer asks you.",
    ),
    "late": Words(
        "Later than promised",
        "The promised time has passed and the parcel is not there.",
        seller="Tell the buyer before they ask.",
    ),
}
