"""The page for those who receive webhooks is true: its example runs, and it names every type."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

from milepost.model.webhooks import BODY_BYTES_MAX, TEXT_MAX, TYPES, Happening
from milepost.notify.webhooks.signing import headers, new_secret

PAGE = (Path(__file__).parents[2] / "docs/use/webhooks.md").read_text(encoding="utf-8")


def example():
    """The function of the page, as a reader would paste it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found = {}
    exec(compile(code, "docs/use/webhooks.md", "exec"), found)
    return found["is_from_milepost"]


def test_the_example_believes_what_we_sign_and_nothing_else():
    is_from_milepost, secret, now, body = example(), new_secret(), datetime.now(UTC), b'{"type":"x"}'
    given = headers("msg_1", now, body, [secret])
    assert is_from_milepost(secret, given, body)
    assert is_from_milepost(secret, headers("msg_1", now, body, [new_secret(), secret]), body)
    assert not is_from_milepost(secret, given, body + b" ")
    assert not is_from_milepost(new_secret(), given, body)
    old = datetime.fromtimestamp(time.time() - 301, UTC)
    assert not is_from_milepost(secret, headers("msg_1", old, body, [secret]), body)
    for change in ({"webhook-signature": "v1,é"}, {"webhook-timestamp": "١"}, {"webhook-id": "\udc80"}, {}):
        assert not is_from_milepost(secret, (given | change) if change else {}, body)


def test_every_type_is_on_the_page_with_its_meaning():
    for name, meaning in TYPES.items():
        assert f"| `{name}` | {meaning} |" in PAGE, f"docs/use/webhooks.md: run `make docs` ({name})"


def test_the_largest_body_is_small_enough():
    data = {f"field_{number}": "😀" * 10_000 for number in range(9)}
    happening = Happening(
        key="k", kind="shipment.added", shop_id="s", subject="x", at=datetime.now(UTC), data=data
    )
    assert len(happening.message(2**53).body.encode()) < BODY_BYTES_MAX
    assert TEXT_MAX * 4 * len(data) < BODY_BYTES_MAX
