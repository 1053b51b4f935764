"""Toll fraud (N-07): whoever fills in our forms makes us text nobody but the numbers that came with orders."""

import random
from collections.abc import Iterator

import httpx

from milepost.desk.lookup import make_link
from milepost.model.people import View
from milepost.web import build
from tests.flow.house import SHOP, scans
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.sms.phones import ANN, phones

REQUESTS = 10_000 if TIER.name == "sim" else 150
COSTLY = ("1876", "1900", "1809", "4470", "88213", "8835", "979", "252", "960", "675", "2257", "371", "37190")
DELIVERED = "2026-03-04T11:00+01:00  DEL  Paris FR"


def numbers(chance: random.Random) -> Iterator[str]:
    """Numbers under costly prefixes, in the spellings people use."""
    while True:
        digits = chance.choice(COSTLY) + "".join(chance.choices("0123456789", k=8))
        yield chance.choice(
            [f"+{digits}", f"00{digits}", digits, f"+{digits[:3]} ({digits[3:6]}) {digits[6:]}"]
        )


async def test_no_form_makes_us_text_a_number_that_is_on_no_order(tmp_path):
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    wanted = numbers(chance)
    async with phones(tmp_path, day_money=1_000_000, per_number_per_day=1_000) as buyers:
        for number in range(5):
            await buyers.ordered(f"100{number}", ANN, (f"AC{number}",))
        site = build(buyers.app, buyers.house.milepost.counters)
        transport = httpx.ASGITransport(app=site)
        async with httpx.AsyncClient(transport=transport, base_url="https://milepost.example") as attacker:
            tokens = {
                f"100{number}": await make_link(
                    buyers.app, shop_id=SHOP, order_number=f"100{number}", view=View.TOWN
                )
                for number in range(5)
            }
            for token in tokens.values():  # they got hold of the links, too
                await attacker.get(f"/t/{token}")
            answers = set()
            for _ in range(REQUESTS):
                order, phone = chance.choice(list(tokens)), next(wanted)
                path, form = chance.choice(
                    [
                        ("/", {"order": order, "factor": phone}),
                        ("/track", {"number": phone}),
                        (f"/orders/{order}/notices", {"channel": "sms", "address": phone, "do": "on"}),
                        (
                            f"/orders/{order}/notices",
                            {"channel": "sms", "address": f"{ANN},{phone}", "do": "on"},
                        ),
                        (f"/orders/{order}/notices", {"channel": "SMS ", "address": phone, "do": "on"}),
                        (f"/orders/{order}/notices", {"channel": "email", "address": f"{phone}@sms.example"}),
                        (f"/u/{tokens[order]}", {"channel": "sms", "address": phone}),
                        ("/hooks/sms/reply", {"From": phone, "Body": "START", "AccountSid": "AC"}),
                        ("/hooks/sms/status", {"To": phone, "MessageSid": "SM1", "MessageStatus": "failed"}),
                    ]
                )
                answers.add((await attacker.post(path, data=form)).status_code)
        for number in range(5):
            await buyers.house.hear(scans(f"AC{number}", DELIVERED))
        await buyers.work()
    assert max(answers) < 500, f"seed {seed}"
    assert {text.to for text in buyers.provider.texts} <= {ANN}, f"seed {seed}"
    assert buyers.provider.texts == [], "nobody typed the order's own number"
    keep("toll_fraud", {"requests": REQUESTS, "text_messages": len(buyers.provider.texts), "seed": seed})


async def test_the_form_of_the_order_takes_the_orders_own_number(tmp_path):
    """The same form, used as it is meant: so the test above could have failed."""
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        token = await make_link(buyers.app, shop_id=SHOP, order_number="1001", view=View.TOWN)
        transport = httpx.ASGITransport(app=build(buyers.app, buyers.house.milepost.counters))
        async with httpx.AsyncClient(transport=transport, base_url="https://milepost.example") as buyer:
            await buyer.get(f"/t/{token}")
            page = await buyer.get("/orders/1001")
            assert "Send me text messages" in page.text
            assert ANN not in page.text
            form = {"channel": "sms", "address": "(212) 555-0142", "do": "on"}
            wrong = await buyer.post("/orders/1001/notices", data={**form, "address": "+12125550199"})
            assert wrong.status_code == 400
            assert "Write the phone number that was given with the order." in wrong.text
            right = await buyer.post("/orders/1001/notices", data={**form, "address": "+1 212 555 0142"})
            assert right.status_code == 303
            assert "Stop the text messages" in (await buyer.get("/orders/1001")).text
        await buyers.house.hear(scans("AC1", DELIVERED))
        await buyers.work()
    assert [text.to for text in buyers.provider.texts] == [ANN]
