"""An exception that no scan opened: time did, or a contradiction."""

from datetime import datetime

from milepost.model.exceptions import DeliveryException
from milepost.model.shipments import Shipment
from milepost.react.kinds import KINDS


def begun(kind: str, shipment: Shipment, at: datetime, now: datetime) -> DeliveryException:
    """Of this kind, with its usual mover and party, since `at`; no scan ends it. Both are aware."""
    rule = KINDS[kind]
    return DeliveryException(
        shop_id=shipment.shop_id,
        shipment_id=shipment.shipment_id,
        order_numbers=shipment.order_numbers,
        kind=kind,
        severity=rule.severity,
        mover=rule.mover,
        responsible=rule.responsible,
        reason=None,
        opened_at=at,
        noticed_at=now,
        act_by=None,
        event_id=None,
    )
