"""Words that stand before a number and say what it is, in the languages of the markets."""

import re

FAR = 30
"""Characters before a number in which its label stands."""
TRACKING = (
    "TRACKING|TRACKING NO|TRACKING NR|TRACKING NUMBER|TRACKING ID|TRACKING CODE|TRK|AWB|WAYBILL|WAYBILL NO"
    "|RESI|SUIVI|COLIS|SEGUIMIENTO|GUIA|GUÍA|RASTREIO|SENDUNGSNUMMER|PAKETNR|TRACCIAMENTO|VẬN ĐƠN|พัสดุ"
    "|单号|單號|运单|追踪号码|追跡番号|伝票番号|운송장|운송장 번호|송장번호"
)
SOMETHING_ELSE = (
    "ORDER|ORDER ID|ORDER NO|ORDER NUMBER|BESTELLUNG|COMMANDE|PEDIDO|PESANAN|ORDINE|订单|訂單|注文番号"
    "|INVOICE|PHONE|CALL ME AT|TEL|TELEFON|WHATSAPP|ZIP|SKU|SKU ID"
)
WORDS_BEFORE = frozenset(
    {"AT", "BY", "CODE", "DE", "FOR", "FROM", "ID", "IN", "IS", "LA", "LE", "MY", "NO", "NR", "NUMBER", "OF"}
    | {"ON", "OR", "RESI", "THE", "TO", "UNIT", "VOM", "WITH", "ZIP"}
)
"""Words that stand before a number in a sentence; some are also the first letters of numbers."""

_TRACKING = re.compile(rf"(?:{TRACKING})(?: IS| ES| IST| LAUTET| EST)?[^0-9A-Z]{{0,3}}$")
_SOMETHING_ELSE = re.compile(rf"(?:{SOMETHING_ELSE})[^0-9A-Z]{{0,4}}$")


def said_before(text: str, at: int) -> int:
    """1 when the capital text before this place calls it a tracking number, -1 something else, 0 nothing."""
    before = text[max(0, at - FAR) : at]
    if _TRACKING.search(before):
        return 1
    return -1 if _SOMETHING_ELSE.search(before) else 0
