"""What codes mean: the first that has a status gives it, the first with a reason that, and nobody guesses."""

import pytest

from milepost.model.carriers import CodeBook, CodeMeaning
from milepost.model.scans import CodeRef
from milepost.model.statuses import Evidence, Status
from milepost.normalize.meaning import meaning_of

TABLE = {
    ("kind", "X"): ("", "", ""),
    ("kind", "D"): ("delivered", "", ""),
    ("kind", "H"): ("held", "customs.duties_due", ""),
    ("kind", "ETA"): ("note", "", ""),
    ("kind", "SORT"): ("in_transit", "", "logical"),
    ("fine", "FE"): ("held", "customs.papers_missing", ""),
    ("number", "058"): ("held", "customs.papers_missing", ""),
    ("detail", "071"): ("", "external.weather", ""),
    ("detail", "OFD"): ("out_for_delivery", "", ""),
}
PARTIES = {("fine", "FE"): "receiver"}
CODES = CodeBook(
    (
        CodeRef(*ref),
        CodeMeaning(
            status=status, reason=reason, evidence=evidence, note="", responsible=PARTIES.get(ref, "")
        ),
    )
    for ref, (status, reason, evidence) in TABLE.items()
)


def read(*refs, logical=False):
    found = meaning_of(tuple(CodeRef(*ref.split(":")) for ref in refs), CODES, logical=logical)
    return (found.status, found.reason, found.responsible, found.evidence.value)


@pytest.mark.parametrize(
    ("refs", "read_as"),
    [
        (["kind:D"], ("delivered", None, None, "physical")),
        (["kind:H"], ("held", "customs.duties_due", "customs", "physical")),
        (["detail:OFD", "kind:D"], ("out_for_delivery", None, None, "physical")),
        (["detail:071", "kind:D"], ("delivered", "external.weather", "nature", "physical")),
        (["kind:X", "kind:D"], ("delivered", None, None, "physical")),
        (["detail:new", "kind:H"], ("held", "customs.duties_due", "customs", "physical")),
        (["number:058"], ("held", "customs.papers_missing", "customs", "physical")),
        (["number:058", "fine:FE"], ("held", "customs.papers_missing", "receiver", "physical")),
        (["kind:H", "fine:FE"], ("held", "customs.duties_due", "customs", "physical")),
        (["kind:ETA"], (None, None, None, "message")),
        (["kind:SORT"], ("in_transit", None, None, "logical")),
    ],
)
def test_codes_are_tried_from_the_finest_to_the_coarsest(refs, read_as):
    assert read(*refs) == read_as


@pytest.mark.parametrize("refs", [["kind:NEW"], ["kind:X"], ["detail:071"], [], ["other:D"], ["kind:d"]])
def test_a_code_nobody_explained_is_unknown_and_never_in_transit(refs):
    assert read(*refs)[0] is Status.UNKNOWN


def test_a_computed_scan_is_logical_unless_the_table_says_otherwise():
    assert read("kind:D", logical=True)[3] == Evidence.LOGICAL
    assert read("kind:ETA", logical=True)[3] == Evidence.MESSAGE
