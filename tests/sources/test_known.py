"""A carrier that is only known: a card and nothing to run; whoever asks it all the same is told so."""

import asyncio
from datetime import UTC, datetime

import pytest

from milepost.model.reports import Report, ReportKind
from milepost.ports.sources import AccessError
from milepost.settings import CarrierAccess, Settings
from milepost.sources.cards import CatalogError
from milepost.sources.catalog import carriers
from milepost.sources.line import Line
from tests.sources.scripted_server import HandClock

KNOWN = 'name = "Acme"\ntracking_url = "https://acme.example/{n}"\nlevel = "known"\n'


def found_in(folder, text=KNOWN, settings=None, **files):
    (folder / "acme").mkdir()
    for name, content in {"carrier.toml": text, **files}.items():
        (folder / "acme" / name).write_text(content)
    return carriers(settings or Settings(), HandClock(), Line, folder)


def test_a_card_alone_makes_a_carrier_that_nobody_can_ask(tmp_path):
    acme = found_in(tmp_path)["acme"]
    assert (acme.key, acme.is_configured, acme.card.can_be_asked) == ("acme", False, False)
    assert len(acme.codes) == 0
    with pytest.raises(AccessError, match="has no way to ask it"):
        asyncio.run(acme.fetch([]))
    asyncio.run(acme.close())


def test_an_answer_of_a_carrier_that_nobody_reads_is_refused_by_name(tmp_path):
    report = Report(
        source="acme",
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=("1",),
        heard_at=datetime(2026, 11, 22, tzinfo=UTC),
        body=b"{}",
    )
    parsed = found_in(tmp_path)["acme"].parse(report)
    assert [(one.reason, one.subject) for one in parsed.refusals] == [("no_parser", "1")]
    assert not parsed.scans


def test_keys_for_a_carrier_that_cannot_be_asked_are_an_error_that_names_the_setting(tmp_path):
    settings = Settings(carriers={"acme": CarrierAccess(client_id="id", client_secret="secret")})
    with pytest.raises(CatalogError, match=r"settings carriers\.acme: Milepost has no way to ask Acme"):
        found_in(tmp_path, settings=settings)


def test_a_folder_that_reads_says_so(tmp_path):
    with pytest.raises(
        CatalogError, match=r"acme/carrier\.toml: level: with parse\.py it is `reads` or more"
    ):
        found_in(tmp_path, **{"parse.py": ""})


def test_a_level_above_known_without_a_parser_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(CatalogError, match=r"acme/parse\.py is not there: write it, or set the level"):
        found_in(tmp_path, KNOWN.replace("known", "reads"))
