"""Sentences that differ by a small word, and what must not be made of them."""

import pytest

from milepost.model.statuses import Status
from milepost.words.reader import WordsReader

SAID = """
delivered             | Delivered, left with neighbour
delivered             | Entregado tras dos intentos fallidos
not delivered         | Your parcel will be delivered tomorrow
not delivered         | Not delivered yet? Contact us
not delivered         | Delivered to customs
not delivered         | Delivered to the airline
not delivered         | Delivered to the sender
not delivered         | Delivery attempted, nobody home
not delivered         | Could not be delivered
not delivered         | 尚未签收
not delivered         | 未妥投，收件人不在
not delivered         | ยังไม่ได้จัดส่ง
not delivered         | Chưa giao được hàng
not delivered         | Belum terkirim
not delivered         | 配達できませんでした
not delivered         | 배달하지 못했습니다
not delivered         | Nicht zugestellt, Empfänger abwesend
not delivered         | Non livré, destinataire absent
not delivered         | Non consegnato, destinatario assente
not delivered         | Não entregue, destinatário ausente
not delivered         | No entregado, destinatario ausente
returned              | Return delivered to the seller
out_for_delivery      | Out for delivery
out_for_delivery      | 正在派送中
out_for_delivery      | En reparto
attempted             | Zustellversuch, Empfänger nicht angetroffen
held                  | En attente de dédouanement
in_transit            | Released by customs
available_for_pickup  | Pronto para retirada na agência
label_created         | Shipping label created, carrier awaiting item
"""
NOTHING_SAID = [
    "",
    " ",
    "?",
    "-",
    "EVT-4711",
    "A1 B2",
    "Exception",
    "Status updated",
    "0" * 5_000,
    "\x00\x1f",
    "🚚",
]


def test_a_small_word_makes_the_difference():
    reader = WordsReader()
    wrong = []
    for line in SAID.strip().splitlines():
        wanted, _, sentence = (part.strip() for part in line.partition("|"))
        said = reader.read(sentence)
        status = (said.status or "note") if said else None
        right = status != Status.DELIVERED if wanted == "not delivered" else status == wanted
        if not right:
            wrong.append((sentence, wanted, status))
    assert not wrong, wrong


@pytest.mark.parametrize("sentence", NOTHING_SAID)
def test_what_says_nothing_is_not_guessed_at(sentence):
    assert WordsReader().read(sentence) is None


def test_the_reason_comes_with_the_status():
    said = WordsReader().read("Parcel damaged, held at depot for inspection")
    assert said is not None
    assert (said.status, said.reason) == (Status.HELD, "carrier.damaged")
