"""What brought anything is kept whole; an answer that told nothing new is kept as what differs."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from milepost.model.promises import EtaKind
from milepost.model.reports import Refusal
from milepost.model.scans import EtaTold, ProofTold, ShipmentTold
from milepost.normalize.reading import read
from milepost.store.repeats import UNASKED
from milepost.store.tables import EVENTS, ORDER_VERSIONS, REFUSALS, REPORTS
from tests.flow.house import NOW, house, order, order_scans, scans
from tests.journeys.acme import Acme
from tests.samples.table import read as table_of
from tests.samples.table import report_of
from tests.samples.test_samples import BODIES, name

ROUNDS, BATCH_MAX, NUMBERS = 60, 6, 5
PICKED_UP = "2026-03-02T09:00+01:00  PU  Paris FR"
OUT = "2026-03-04T08:00+01:00  OFD  Paris FR"
NOBODY_KNOWS = "2026-03-04T09:00+01:00  ZZZ  Paris FR"
ETA = EtaTold(tracking_number="AC1", kind=EtaKind.ESTIMATED, to_at=NOW + timedelta(days=1))


class Parrot(Acme):
    """A carrier that says what a test taught it: the first word of an answer; the rest is the answer's id."""

    def __init__(self, **meanings):
        super().__init__()
        self.meanings = meanings

    def parse(self, report):
        return self.meanings[report.body.split()[0].decode()]


def lines(*told):
    """What Acme makes of these lines."""
    return Acme().parse(scans("AC1", *told))


def answer(word, number):
    """An answer with an id of its own."""
    return scans("AC1", f"{word} {number:032x}")


async def whole(milepost):
    """Of each report, oldest first, whether its body was kept whole."""
    rows = await milepost.app.store.rows(select(REPORTS.c.repeats).order_by(REPORTS.c.seq))
    return [repeats is None for (repeats,) in rows]


async def as_heard(milepost):
    seqs = await milepost.app.store.rows(select(REPORTS.c.seq).order_by(REPORTS.c.seq))
    return [await milepost.app.store.report_as_heard(seq) for (seq,) in seqs]


KNOWN = lines(PICKED_UP)
NEWS = {
    "a scan": lines(PICKED_UP, OUT),
    "a code nobody knows": lines(PICKED_UP, NOBODY_KNOWS),
    "a refusal": replace(KNOWN, refusals=(Refusal(reason="unreadable_row", detail="one line"),)),
    "a delivery window": replace(KNOWN, etas=(ETA,)),
    "a proof": replace(KNOWN, proofs=(ProofTold(tracking_number="AC1", received_by="A. Neighbor"),)),
    "a service": replace(KNOWN, shipments=(ShipmentTold(tracking_number="AC1", service="Overnight"),)),
    "a hint": replace(KNOWN, hints=("order 1001",)),
    "a note": replace(KNOWN, notes=("authorization_ends soon",)),
}


@pytest.mark.parametrize("news", NEWS)
async def test_an_answer_that_brings_this_is_kept_whole(news, tmp_path):
    async with house(tmp_path) as milepost:
        milepost.app.carriers["acme"] = Parrot(known=KNOWN, news=NEWS[news])
        await milepost.hear(order())
        for number, word in enumerate(("known", "known", "news")):
            await milepost.hear(answer(word, number))
        assert await whole(milepost) == [True, True, False, True]
        assert await milepost.app.store.report_body(answer("news", 2).body_hash) is not None


async def test_what_was_told_before_is_a_repeat_though_it_was_news_once(tmp_path):
    async with house(tmp_path) as milepost:
        more = {"etas": (ETA,), "shipments": NEWS["a service"].shipments, "proofs": NEWS["a proof"].proofs}
        told = replace(NEWS["a scan"], **more)
        milepost.app.carriers["acme"] = Parrot(told=told)
        await milepost.hear(order())
        for number in range(4):
            await milepost.hear(answer("told", number))
        assert await whole(milepost) == [True, True, False, False, False]


async def test_an_order_told_again_is_a_repeat_and_a_changed_one_is_not(tmp_path):
    async with house(tmp_path) as milepost:
        again, changed = order(), order(state="cancelled", updated="2026-03-02T10:00+00:00")
        for body in (again.body, again.body + b" ", changed.body, changed.body + b" "):
            await milepost.hear(replace(again, body=body))
        assert await whole(milepost) == [True, False, True, False]


async def test_a_scan_that_nobody_waits_for_is_kept_whole_when_it_is_new(tmp_path):
    async with house(tmp_path) as milepost:
        milepost.app.carriers["acme"] = Parrot(known=KNOWN, more=NEWS["a scan"])
        for number, word in enumerate(("known", "known", "more", "more")):
            await milepost.hear(answer(word, number))
        assert await whole(milepost) == [True, False, True, False]


async def test_a_proof_of_a_parcel_nobody_waits_for_is_kept_whole_each_time(tmp_path):
    async with house(tmp_path) as milepost:
        milepost.app.carriers["acme"] = Parrot(proof=NEWS["a proof"])
        for number in range(3):
            await milepost.hear(answer("proof", number))
        assert await whole(milepost) == [True, True, True]


async def test_of_two_answers_in_one_batch_only_the_one_that_says_more_is_news(tmp_path):
    async with house(tmp_path) as milepost:
        milepost.app.carriers["acme"] = Parrot(known=KNOWN, more=NEWS["a scan"])
        await milepost.hear(order(), answer("known", 1))
        await milepost.hear(answer("more", 2), answer("known", 3))
        assert await whole(milepost) == [True, True, True, False]


async def test_whatever_is_heard_in_whatever_batches_all_of_it_comes_back_and_evidence_is_whole(tmp_path):
    seed = 404
    print(f"seed {seed}")
    chance = random.Random(seed)
    told = []
    async with house(tmp_path) as milepost:
        for _ in range(ROUNDS):
            batch = [said_of(chance) for _ in range(chance.randint(1, BATCH_MAX))]
            await milepost.hear(*batch)
            told += batch
        store = milepost.app.store
        assert await as_heard(milepost) == [one.body for one in told]
        assert 0 < sum(await whole(milepost)) < len(told), "nothing was a repeat, or everything"
        for column in (EVENTS.c.report_hash, ORDER_VERSIONS.c.report_hash, REFUSALS.c.body_hash):
            hashes = {row[0] for row in await store.rows(select(column))}
            assert hashes
            assert None not in [await store.report_body(one) for one in hashes]


def said_of(chance):
    """Something of one of few parcels: rarely news, often the same with other blanks."""
    number = chance.randrange(NUMBERS)
    blanks = " " * chance.randint(1, 40)
    line = (
        f"2026-03-0{chance.randint(1, 4)}T09:00+01:00 {blanks}{chance.choice(['PU', 'DEP', 'ZZZ'])} Paris FR"
    )
    match chance.randrange(4):
        case 0:
            one = order(f"100{number}", (f"AC{number}",), state=chance.choice(["shipped", "cancelled"]))
            return replace(one, body=one.body + blanks.encode())
        case 1:
            return order_scans(f"100{number}", line)
        case 2:
            return scans(f"AC{number}", line, *["what is this"] * (chance.random() < 0.1))
        case _:
            return scans(f"AC{number}", line)


@pytest.mark.parametrize("path", BODIES, ids=name)
async def test_an_answer_of_every_source_comes_back_when_it_is_told_again(path, tmp_path):
    first = report_of(path, table_of(path.with_suffix(".txt")))
    again = replace(first, body=first.body + b"\n")
    async with house(tmp_path) as milepost:
        reading = read(again, milepost.app.source(again), milepost.app.gazetteer)
        await milepost.hear(first)
        await milepost.hear(again)
        says_more = reading.refusals or reading.hints or reading.notes
        nobodys = reading.proofs  # nobody waits for these parcels
        assert await whole(milepost) == [True, bool(says_more or nobodys) or again.kind in UNASKED]
        assert await as_heard(milepost) == [first.body, again.body]
