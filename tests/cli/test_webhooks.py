"""`milepost webhook`: added, listed, rotated, tried, and a received message checked."""

import io
import sys
from datetime import UTC, datetime

import pytest

from milepost.notify.webhooks.signing import headers

SHOP = "file_import"
URL = "https://hooks.example.com/milepost"


def added(milepost, *words):
    said = milepost("webhook", "add", URL, "--shop", SHOP, "--json", *words)
    assert said.code == 0, said.err
    return said.told


def test_an_endpoint_is_added_listed_and_its_secret_shown_once(milepost):
    made = added(milepost, "--type", "shipment.delivered", "--description", "Warehouse")
    assert made["secret"].startswith("whsec_")
    listed = milepost("webhook", "list", "--json")
    (one,) = listed.told
    assert (one["url"], one["types"], one["state"]) == (URL, ["shipment.delivered"], "active")
    assert made["secret"] not in listed.out
    assert made["secret"] not in milepost("webhook", "list").out


def test_a_new_secret_is_another_one(milepost):
    made = added(milepost)
    again = milepost("webhook", "rotate", made["id"], "--json").told
    assert again["secret"].startswith("whsec_")
    assert again["secret"] != made["secret"]


def test_a_test_message_and_a_replay_are_put_on_the_work_list(milepost):
    made = added(milepost)
    message = milepost("webhook", "ping", made["id"], "--json").told["message_id"]
    assert milepost("webhook", "replay", made["id"], "--message", message, "--json").told == {"messages": 1}
    waiting = milepost("queue", "list", "--kind", "send_webhook", "--json").told
    assert len(waiting) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "http://a.example", "--shop", SHOP], "url: it must begin with https://"),
        (["add", "https://10.0.0.1/", "--shop", SHOP], "url: we do not send there"),
        (["add", URL, "--shop", "nobody"], "shop_id: no such shop"),
        (["add", URL, "--shop", SHOP, "--type", "parcel.lost"], "types: 'parcel.lost' is no type of message"),
        (["rotate", "ep_nobody"], "there is no endpoint ep_nobody"),
        (["replay", "ep_nobody"], "say what to send again"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(milepost, words, sentence):
    said = milepost("webhook", *words)
    assert said.code == 2
    assert sentence in said.err


def test_a_received_message_is_checked(milepost, monkeypatch):
    made = added(milepost)
    now, body = datetime.now(UTC), b'{"type":"endpoint.ping"}'
    given = headers("msg_1", now, body, [made["secret"]])

    def checked(secret, *more):
        monkeypatch.setenv("WEBHOOK_SECRET", secret)
        words = ["--id", "msg_1", "--timestamp", given["webhook-timestamp"]]
        words += ["--signature", given["webhook-signature"], *more]
        monkeypatch.setattr(sys, "argv", ["milepost", "webhook", "verify", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
        from milepost.cli.main import main

        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code

    assert checked(made["secret"]) == 0
    assert checked("whsec_" + "A" * 44) == 1
    assert checked(made["secret"], "--at", "2020-01-01T00:00:00Z") == 1
