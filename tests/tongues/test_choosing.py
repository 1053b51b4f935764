"""Which language a browser's list comes to, and how a sentence is said in it."""

import pytest

from milepost.tongues.catalogs import tongue
from milepost.tongues.choosing import WISHES_MAX, asked_for, best_of
from milepost.tongues.pseudo import PSEUDO, pseudo
from milepost.tongues.speech import retold, say, say_many, say_marked, speaking, spoken

SOME = ("en", "de", "pt", "zh", "ar")


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,pt-BR;q=0.5,en;q=0.4", "pt"),
        ("en;q=0.3, AR;q=0.7", "ar"),
        ("zh-Hant-TW", "zh"),
        ("de;q=0, en;q=0.1", "en"),
        ("sv", None),
        ("*", None),
        ("", None),
        (";;;,=,q=9,de;q=x,en;q=0.2", "en"),
        (",".join(["sv"] * WISHES_MAX) + ",de", None),
    ],
)
def test_the_best_of_a_browsers_list(header, best):
    assert best_of(header, SOME) == best


def test_only_an_offered_language_can_be_asked_for_by_its_tag():
    assert asked_for("en") == "en"
    assert asked_for(PSEUDO) == PSEUDO
    assert asked_for("../../en") is None
    assert asked_for("") is None


def test_the_language_holds_only_within():
    with speaking(tongue(PSEUDO)):
        inside = say("Arriving by %(date)s", date="1 May"), say_many("%(num)s day", "%(num)s days", 1200)
    assert spoken().tag == "en"
    assert inside[0] == pseudo("Arriving by %(date)s").replace("%(date)s", "1 May")
    assert "1.200" in inside[1]  # its numbers are Greek
    assert say_many("%(num)s day", "%(num)s days", 1) == "1 day"


def test_facts_are_escaped_where_a_sentence_has_markup():
    assert say_marked("At <b>%(shop)s</b>", shop="<i>x</i>") == "At <b>&lt;i&gt;x&lt;/i&gt;</b>"


def test_a_kept_sentence_that_no_catalog_knows_stays_as_it_was():
    assert retold("100 % of what nobody said.") == "100 % of what nobody said."
    assert retold("") == ""
