"""What a subscriber was told: signed rightly, each milestone once, and twice only after it was taken back."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import httpx
import msgspec

from milepost_sandbox.audit.words import AuditError, AuditResult

CALL_S: Final = 60.0
TOLD_MAX: Final = 10


async def audit_told(result: AuditResult, receiver_url: str) -> None:
    """Count into `result` what the receiver of webhooks refused or was told once too often.

    Raises AuditError when it does not answer.
    """
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=CALL_S) as http:
            told = (await http.get(f"{receiver_url}/received")).json()
    except (httpx.HTTPError, ValueError) as error:
        raise AuditError("the receiver of webhooks does not answer") from error
    refused = told["counts"].get("refused", 0)
    if refused:
        result.tell(f"{refused} webhooks were not signed rightly")
    doubled = _doubled(told["heard"])
    for shipment in doubled[:TOLD_MAX]:
        result.tell(f"a delivery was told twice: shipment {shipment}")
    result.duplicate += refused + len(doubled)


def _doubled(heard: list[dict[str, Any]]) -> list[str]:
    """Shipments whose delivery was told once more than it was taken back."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in heard:
        if one["outcome"] == "taken":
            body = msgspec.json.decode(one["body"])
            counts[body["type"], body["data"].get("shipment_id", "")] += 1
    return [
        shipment
        for (kind, shipment), count in list(counts.items())
        if kind == "shipment.delivered" and count > 1 + counts["shipment.delivery_retracted", shipment]
    ]
