"""Whatever comes, reading never raises: samples cut, changed and filled with nonsense."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import milepost
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.sources.marketplaces.tiktok_shop.parse import parse
from milepost.sources.marketplaces.tiktok_shop.push import read_push
from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from tests.sources.tiktok_server import APP

SAMPLES = Path(milepost.__file__).parent / "sources/marketplaces/tiktok_shop/samples"
BODIES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.json"))]
WHOLE = [
    json.loads(body)
    for path, body in zip(sorted(SAMPLES.glob("*.json")), BODIES, strict=True)
    if path.stem != "malformed"
]
KINDS = [*ReportKind]
NOW = datetime(2026, 1, 5, tzinfo=UTC)
MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])

nonsense = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["***", "0", "-1", "1" * 400, "NaN", "Infinity", "１２", "²", "\x00", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def read(body, kind, subject=("1",)):
    report = Report(
        source="tiktok_shop", kind=kind, shop_id="tiktok_shop-1", subject=subject, heard_at=NOW, body=body
    )
    found = parse(report)
    assert isinstance(found, Parsed)
    for scan in found.scans:
        assert scan.moment is not None
        assert scan.moment.tzinfo is not None
    for facts in found.orders:
        assert facts.order_number
    return found


def places(tree, path=()):
    """Every place in a JSON tree."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, child in items:
        yield from places(child, (*path, name))


def changed(tree, path, value):
    if not path:
        return value
    tree = copy.deepcopy(tree)
    node = tree
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return tree


@MANY
@given(st.data(), st.sampled_from(WHOLE), st.sampled_from(KINDS), nonsense)
def test_nonsense_anywhere_in_a_sample_is_read_or_refused(data, whole, kind, value):
    path = data.draw(st.sampled_from(list(places(whole))))
    read(json.dumps(changed(whole, path, value)).encode("utf-8", "replace"), kind)


@MANY
@given(st.sampled_from(BODIES), st.integers(0, 5000), st.binary(max_size=4), st.sampled_from(KINDS))
def test_a_sample_cut_or_overwritten_anywhere_is_read_or_refused(body, at, bytes_in, kind):
    read(body[:at], kind)
    read(body[:at] + bytes_in + body[at + len(bytes_in) :], kind)


@MANY
@given(st.binary(max_size=60), st.sampled_from(KINDS))
def test_any_bytes_are_read_or_refused(body, kind):
    read(body, kind)


@MANY
@given(nonsense)
def test_any_signed_push_is_heard_or_refused(value):
    body = json.dumps(value).encode("utf-8", "replace")
    signature = push_signature(APP.app_key, APP.app_secret, body)
    push = read_push([APP], {"Authorization": signature}, body, NOW)
    if not isinstance(push, Refusal):
        read(body, ReportKind.PUSH)


def test_brackets_deeper_than_any_stack_are_refused_by_name():
    found = read(b'{"code":0,"data":' + b"[" * 200_000, ReportKind.ORDER_LIST)
    assert [refusal.reason for refusal in found.refusals] == ["unreadable_body"]


def test_half_of_every_sample_is_refused_by_name():
    for body in BODIES:
        found = read(body[: len(body) // 2], ReportKind.ORDER_DETAIL)
        assert [refusal.reason for refusal in found.refusals] == ["unreadable_body"]
