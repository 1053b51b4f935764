"""The door: a whole sandbox starts, is moved by its control server, and is gone when the block ends."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar, Request, post

from milepost_sandbox.door import SandboxOptions, SandboxRefusal, running
from milepost_sandbox.serving import listen, serving, url_of

START = datetime(2026, 11, 22, tzinfo=UTC)


def options(**changed):
    return SandboxOptions(**{"seed": 4, "orders": 45, "start": START, "control_port": 0, **changed})


def asking(sandbox):
    return httpx.AsyncClient(base_url=sandbox.control_url, timeout=10)


async def test_every_server_answers_and_all_are_gone_afterwards():
    async with running(options()) as sandbox:
        assert set(sandbox.urls) == {
            "tiktok_auth",
            "tiktok_api",
            "ups",
            "fedex",
            "usps",
            "dhl",
            "royal_mail",
            "la_poste",
            "canada_post",
            "australia_post",
            "yanwen",
        }
        async with httpx.AsyncClient() as http:
            for url in sandbox.urls.values():
                answer = await http.get(f"{url}/nothing/here")
                assert answer.status_code >= 400
                assert answer.headers["date"] == "Sun, 22 Nov 2026 00:00:00 GMT"
        gone = [*sandbox.urls.values(), sandbox.control_url]
    async with httpx.AsyncClient() as http:
        for url in gone:
            with pytest.raises(httpx.TransportError):
                await http.get(url)


async def test_the_control_server_tells_everything_a_client_needs():
    async with running(options()) as sandbox, asking(sandbox) as http:
        world = (await http.get("/world")).json()
    assert (world["seed"], world["orders"], world["rate"]) == (4, 45, None)
    assert world["now"] == "2026-11-22T00:00:00+00:00"
    assert world["ends_at"] > world["now"]
    assert all(world["credentials"].values())
    assert all(shop["auth_code"] for shop in world["shops"])
    example = world["examples"][0]
    assert list(example) == ["order", "email", "phone", "postal_code", "tracking_number", "story"]
    assert example["tracking_number"]


async def test_the_clock_is_moved_on_and_never_back():
    async with running(options()) as sandbox, asking(sandbox) as http:
        before = len(sandbox.truth.events(sandbox.clock.now()))
        answer = await http.post("/clock", json={"to": "2026-11-25T00:00:00Z"})
        assert answer.json() == {"now": "2026-11-25T00:00:00+00:00", "rate": None}
        assert len(sandbox.truth.events(sandbox.clock.now())) > before
        back = await http.post("/clock", json={"to": "2026-11-24T00:00:00Z"})
        assert back.status_code == 400
        assert "already" in back.json()["detail"]
        nothing = await http.post("/clock", json={"hands": 2})
        assert nothing.status_code == 400
        assert (await http.post("/clock", json={"rate": 60})).json()["rate"] == 60
        assert (await http.post("/clock", json={"rate": -1})).status_code == 400


async def test_two_runs_of_a_world_give_the_same_truth_to_the_byte():
    async def told():
        async with running(options(faults=("all",))) as sandbox, asking(sandbox) as http:
            sandbox.advance(sandbox.ends_at)
            pages = [await http.get(path, params={"limit": 5000}) for path in ("/truth", "/truth/parcels")]
            return [page.content for page in pages]

    assert await told() == await told()


async def test_the_truth_comes_in_pages():
    async with running(options()) as sandbox, asking(sandbox) as http:
        whole = (await http.get("/truth", params={"limit": 5000})).json()["data"]
        cursor, paged = "0", []
        while cursor is not None:
            page = (await http.get("/truth", params={"limit": 40, "cursor": cursor})).json()
            paged += page["data"]
            cursor = page["next_cursor"]
    assert paged == whole
    assert len(whole) > 100


async def test_transport_faults_are_switched_and_row_faults_are_refused():
    async with running(options(faults=("slow",))) as sandbox, asking(sandbox) as http:
        assert (await http.get("/faults")).json()["on"] == ["slow"]
        assert (await http.post("/faults", json={"on": ["cut_body"]})).json()["on"] == ["cut_body"]
        refused = await http.post("/faults", json={"on": ["late"]})
        assert refused.status_code == 400
        assert "fixed when it is made" in refused.json()["detail"]


async def test_webhooks_go_where_they_are_told_when_they_are_flushed():
    heard = []

    @post("/hooks/tiktok_shop", status_code=200)
    async def hook(request: Request) -> None:
        heard.append((request.headers["authorization"], await request.body()))

    sock = listen("127.0.0.1", 0)
    async with serving([(Litestar([hook]), sock)]), running(options()) as sandbox, asking(sandbox) as http:
        target = f"{url_of(sock)}/hooks/tiktok_shop"
        assert (await http.post("/webhook-target", json={"url": target})).json() == {"url": target}
        sandbox.advance(START + timedelta(days=2))
        counts = (await http.post("/webhooks/flush")).json()
        assert counts["sent"] == counts["accepted"] == len(heard) > 10
        assert all(len(signature) == 64 for signature, _ in heard)
        assert (await sandbox.flush_webhooks())["sent"] == 0
        for bad in ("ftp://elsewhere", "http://", "http://xn--zz", 7, "http://" + "x" * 2_000):
            assert (await http.post("/webhook-target", json={"url": bad})).status_code == 400


async def test_a_running_world_moves_by_itself():
    async with running(options(rate=100_000.0)) as sandbox:
        first = sandbox.clock.now()
        while sandbox.clock.now() < first + timedelta(hours=1):  # 36 real milliseconds
            pass
        assert sandbox.clock.rate == 100_000


async def test_the_control_server_takes_the_next_free_port():
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    async with running(options(orders=2, control_port=port)) as sandbox:
        assert sandbox.control_url != f"http://127.0.0.1:{port}"
    taken.close()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"orders": 0}, "orders must be from 1"),
        ({"faults": ("gremlin",)}, "unknown fault gremlin"),
        ({"rate": 0.0}, "rate must be above zero"),
        ({"start": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001
    ],
)
async def test_a_world_that_cannot_be_is_refused_with_the_reason(changed, why):
    with pytest.raises(SandboxRefusal, match=why):
        async with running(options(**changed)):
            pass
