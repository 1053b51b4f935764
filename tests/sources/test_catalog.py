"""Folders are found by being there, and what is wrong in one is said with its file and line."""

from pathlib import Path

import pytest

from milepost.model.scans import CodeRef
from milepost.settings import CarrierAccess, Settings
from milepost.sources.cards import CatalogError, card
from milepost.sources.catalog import SOURCES, carriers, codes
from tests.sources.scripted_server import HandClock

CARDS = sorted(SOURCES.glob("carriers/*/carrier.toml"))
TABLES = sorted(SOURCES.glob("*/*/codes.csv"))
CARD = 'name = "Acme"\ntracking_url = "https://acme.example/{n}"\n'
FULL_HEAD = "family,code,status,reason,responsible,evidence,note\n"
HEAD = "family,code,status,reason,evidence,note\n"


def acme(folder: Path, text: str, name: str = "carrier.toml") -> Path:
    (folder / "acme").mkdir()
    path = folder / "acme" / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.parent.name)
def test_every_carriers_card_is_whole(path):
    told = card(path)
    assert told.key == path.parent.name
    assert "{n}" in told.tracking_url or any(one.kind == "tracking" for one in told.contacts)
    assert told.provider_names == tuple(name.casefold() for name in told.provider_names)
    assert all(policy.source and policy.checked_on for policy in told.policies)
    assert {line.partition(":")[0] for line in told.checklist.values()} <= {"todo", "done", "exempt"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.parent.name)
def test_every_code_table_reads(path):
    assert codes(path)


def test_each_folder_is_a_carrier_and_is_asked_only_with_keys():
    settings = Settings(carriers={"ups": CarrierAccess(client_id="id", client_secret="secret")})
    found = carriers(settings, HandClock())
    assert set(found) == {path.parent.name for path in CARDS}
    assert [key for key, carrier in found.items() if carrier.is_configured] == ["ups"]
    assert "secret" not in repr(found["ups"])


def test_keys_for_nobody_are_an_error_that_names_the_setting():
    with pytest.raises(CatalogError, match=r"carriers\.upps: there is no such carrier"):
        carriers(Settings(carriers={"upps": CarrierAccess()}), HandClock())


@pytest.mark.parametrize(
    "url", ["localhost:8080", "ftp://host", "https://", "https://host?x=1", "https://a b"]
)
def test_an_address_that_is_none_is_an_error_that_names_the_setting(url):
    with pytest.raises(CatalogError, match=r"settings carriers\.ups\.url: write it as https://host"):
        carriers(Settings(carriers={"ups": CarrierAccess(url=url)}), HandClock())


def test_a_card_knows_its_key_from_its_folder(tmp_path):
    assert card(acme(tmp_path, CARD)).key == "acme"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CARD + 'nmae = "x"', "`nmae` is not a key"),
        (CARD + "batch_max = 'many'", "batch_max"),
        (CARD + '[[patterns]]\nname = "x"\nregex = "("', "missing \\)"),
        (CARD + '[[patterns]]\nname = "x"\nregx = "1"', "pattern 1: `regx` is not a key"),
        ('name = "Acme"', "tracking_url"),
        ("name = ", "carrier.toml"),
    ],
)
def test_a_wrong_card_is_refused_with_the_reason(tmp_path, text, said):
    with pytest.raises(CatalogError, match=said):
        card(acme(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("family,code\n", "codes.csv:1: the columns are"),
        (HEAD + "event,X,sleeping,,,\n", "codes.csv:2: `sleeping` is not a status"),
        (HEAD + "event,X,held,bad.luck,,\n", "codes.csv:2: `bad.luck` is not a reason"),
        (HEAD + "event,X,held,,seen,\n", "codes.csv:2: `seen` is not a kind of evidence"),
        (FULL_HEAD + "event,X,held,,me,,\n", "codes.csv:2: `me` is not a party"),
        (HEAD + "event,X,held,,,\nevent,X,lost,,,\n", "codes.csv:3: event X stands there twice"),
    ],
)
def test_a_wrong_code_row_is_refused_with_its_line(tmp_path, text, said):
    with pytest.raises(CatalogError, match=said):
        codes(acme(tmp_path, text, "codes.csv"))


def test_a_code_may_name_another_party_than_its_reason_usually_has(tmp_path):
    found = codes(acme(tmp_path, FULL_HEAD + "event,X,held,customs.papers_missing,receiver,,\n", "codes.csv"))
    assert found[CodeRef(family="event", code="X")].responsible == "receiver"


def test_a_code_row_is_found_by_family_and_code(tmp_path):
    found = codes(acme(tmp_path, HEAD + "event,OFD,out_for_delivery,,,on the van\n", "codes.csv"))
    assert found[CodeRef(family="event", code="OFD")].status == "out_for_delivery"
