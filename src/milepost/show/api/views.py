"""From what is kept to what the API says."""

from collections.abc import Iterable, Sequence

from milepost.model.carriers import Identification
from milepost.model.choices import CarrierChoice
from milepost.model.events import TrackingEvent
from milepost.model.exceptions import DeliveryException
from milepost.model.journeys import Journey, JourneyEvent
from milepost.model.notices import Attempt, Notice
from milepost.model.orders import Contact
from milepost.model.places import Place
from milepost.model.promises import DELIVERY, Promise, Promiser
from milepost.model.shipments import Shipment
from milepost.model.webhooks import Endpoint, Sending
from milepost.ports.app import App
from milepost.ports.rows import OrderRow, ShipmentRow
from milepost.show.api import shapes, webhook_shapes


def order(row: OrderRow, contact: Contact | None) -> shapes.OrderShape:
    """An order; `contact` only for a key that may see it."""
    facts = row.facts
    return shapes.OrderShape(
        confirmation_number=facts.order_number,
        shop_id=facts.shop_id,
        marketplace=facts.marketplace,
        state=facts.state,
        placed_at=facts.placed_at,
        updated_at=facts.updated_at,
        closed=facts.closed,
        destination=shapes.DestinationShape(
            country=facts.destination.country or None,
            region=facts.destination.region or None,
            city=facts.destination.city or None,
            postal_prefix=facts.destination.postal_prefix or None,
        ),
        items=[
            shapes.ItemShape(
                title=item.title,
                variant=item.variant,
                seller_sku=item.seller_sku,
                quantity=item.quantity,
                state=item.state,
                package_id=item.package_id,
            )
            for item in facts.items
        ],
        shipment_ids=list(row.shipment_ids),
        exceptions_open=row.open_exceptions,
        total=None if facts.total is None else str(facts.total),
        currency=facts.currency or None,
        contact=None
        if contact is None
        else shapes.ContactShape(
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            address=contact.address,
            postal_code=contact.postal_code,
        ),
    )


def shipment_of(row: ShipmentRow, promises: Sequence[Promise], app: App) -> shapes.ShipmentShape:
    """A shipment with the newest windows named for it."""
    one = row.shipment
    carrier = app.carriers.get(one.carrier or "")
    return shapes.ShipmentShape(
        id=one.shipment_id,
        shop_id=one.shop_id,
        confirmation_numbers=list(one.order_numbers),
        carrier=one.carrier,
        carrier_name=carrier.card.name if carrier else None,
        carrier_url=(carrier.card.page_of(one.tracking_number) or None) if carrier else None,
        provider_name=one.provider_name,
        tracking_number=one.tracking_number,
        service=one.service,
        status=row.status,
        reason=row.reason,
        status_since=row.status_since,
        delivered_at=row.delivered_at,
        delivery_retracted=row.delivery_retracted,
        last_heard_at=row.last_heard_at,
        last_scan_at=row.last_scan_at,
        last_place=row.last_place or None,
        superseded=one.superseded,
        forecast=_newest(promises, one.shipment_id, Promiser.MILEPOST),
        carrier_eta=_newest(promises, one.shipment_id, Promiser.CARRIER),
        carrier_chosen=one.chosen_at is not None,
        legs=[
            shapes.LegShape(carrier=leg.carrier, tracking_number=leg.number, told_at=leg.told_at)
            for leg in one.legs
        ],
    )


def choice(one: CarrierChoice) -> shapes.ChoiceShape:
    """Who said whose parcel it is."""
    return shapes.ChoiceShape(
        carrier=one.carrier,
        before=one.before,
        reason=one.reason,
        by=one.by,
        at=one.at,
        set_aside=len(one.set_aside),
        undoes=one.undoes,
    )


def _newest(promises: Iterable[Promise], shipment_id: str, promiser: Promiser) -> shapes.WindowShape | None:
    about = (shipment_id, promiser, DELIVERY)
    told = [one for one in promises if (one.shipment_id, one.promiser, one.name) == about]
    if not told:
        return None
    newest = max(told, key=lambda promise: promise.said_at)
    return shapes.WindowShape(
        from_at=newest.from_at,
        to_at=newest.to_at,
        kind=newest.kind,
        source=newest.source,
        said_at=newest.said_at,
        reason=newest.reason,
        confidence=newest.confidence,
        sample_size=newest.sample_size,
    )


def events(
    journey: Journey, shipment: Shipment | None, confirmation_numbers: Sequence[str]
) -> list[shapes.EventShape]:
    """A journey's events, oldest first, of a shipment or (None) of an order as a whole."""
    return [_event(scan, shipment, confirmation_numbers) for scan in journey.events]


def _event(scan: JourneyEvent, shipment: Shipment | None, numbers: Sequence[str]) -> shapes.EventShape:
    event: TrackingEvent = scan.event
    return shapes.EventShape(
        id=scan.event_id,
        step_id=scan.step,
        shipment_id=shipment.shipment_id if shipment else None,
        confirmation_numbers=list(numbers),
        tracking_number=shipment.tracking_number if shipment else event.tracking_number,
        source=event.source,
        occurred_at=event.occurred.local,
        wall_clock=event.occurred.wall_clock,
        offset_minutes=event.occurred.offset_minutes,
        offset_source=event.occurred.source.value,
        heard_at=scan.first_heard_at,
        status=event.status.value if event.status else None,
        reason=event.reason,
        responsible=event.responsible.value if event.responsible else None,
        evidence=event.evidence.value,
        certainty=event.certainty,
        code=event.code,
        description=event.description,
        place=_place(event.place),
        retracted=scan.is_retracted,
    )


def _place(place: Place) -> shapes.PlaceShape | None:
    if place.raw.is_empty and place.located is None:
        return None
    raw, found = place.raw, place.located
    return shapes.PlaceShape(
        text=raw.line or (found.city if found else ""),
        city=(found.city if found else raw.city) or None,
        region=(found.region if found else raw.region) or None,
        postal_code=raw.postal_code or None,
        country=(found.country if found else raw.country) or None,
        latitude=found.latitude if found else None,
        longitude=found.longitude if found else None,
        precision=found.precision.value if found else None,
    )


def promise(one: Promise) -> shapes.PromiseShape:
    """A ledger entry."""
    return shapes.PromiseShape(
        confirmation_number=one.order_number,
        shipment_id=one.shipment_id,
        promiser=one.promiser.value,
        source=one.source,
        name=one.name,
        kind=one.kind,
        from_at=one.from_at,
        to_at=one.to_at,
        said_at=one.said_at,
        reason=one.reason,
        confidence=one.confidence,
        sample_size=one.sample_size,
    )


def exception(one: DeliveryException) -> shapes.ExceptionShape:
    """A delivery exception."""
    return shapes.ExceptionShape(
        id=one.key,
        shipment_id=one.shipment_id,
        confirmation_numbers=list(one.order_numbers),
        kind=one.kind,
        severity=one.severity.value,
        mover=one.mover.value,
        responsible=one.responsible.value,
        reason=one.reason,
        opened_at=one.opened_at,
        noticed_at=one.noticed_at,
        act_by=one.act_by,
        event_id=one.event_id,
        resolved_at=one.resolved_at,
        resolution=one.resolution or None,
    )


def endpoint(one: Endpoint) -> webhook_shapes.EndpointShape:
    """An endpoint, without its secrets."""
    return webhook_shapes.EndpointShape(
        id=one.endpoint_id,
        shop_id=one.shop_id,
        url=one.url,
        description=one.description,
        types=list(one.types),
        active=one.is_active,
        disabled_at=one.disabled_at,
        disabled_why=one.disabled_why or None,
        failing_since=one.failing_since,
        created_at=one.created_at,
    )


def webhook_message(one: Sending) -> webhook_shapes.WebhookMessageShape:
    """A message on its way to an endpoint, with its tries."""
    return webhook_shapes.WebhookMessageShape(
        id=one.message.message_id,
        type=one.message.kind,
        at=one.message.at,
        sequence=one.message.sequence,
        state=one.state.value,
        attempts=[
            webhook_shapes.WebhookAttemptShape(
                number=attempt.number,
                at=attempt.at,
                outcome=attempt.outcome,
                status=attempt.status,
                detail=attempt.detail,
                took_ms=attempt.took_ms,
            )
            for attempt in one.attempts
        ],
    )


def notice(one: Notice, attempts: Iterable[Attempt]) -> shapes.NoticeShape:
    """A notice with its tries."""
    return shapes.NoticeShape(
        id=one.key,
        confirmation_number=one.order_number,
        shipment_id=one.shipment_id,
        audience=one.audience.value,
        channel=one.channel,
        template=one.template,
        created_at=one.created_at,
        attempts=[
            shapes.AttemptShape(
                at=attempt.at, number=attempt.number, outcome=attempt.outcome, detail=attempt.detail
            )
            for attempt in attempts
        ],
    )


def identification(found: Identification) -> shapes.IdentificationShape:
    """Whose number it is."""
    return shapes.IdentificationShape(
        input=found.given,
        number=found.number,
        valid_format=found.valid_format,
        answer=found.answer,
        candidates=[
            shapes.CandidateShape(carrier=one.carrier, p=one.probability, reasons=list(one.reasons))
            for one in found.candidates
        ],
    )
