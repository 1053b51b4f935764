"""`config check`, `doctor`, `user add`, `api-key add`, `carrier`: setting Milepost up and seeing that it is well."""

from dataclasses import asdict

import pytest

from milepost.model.setting import SettingsError, build
from milepost.settings import Settings, load

SETTINGS = """
[web]
public_url = "https://track.example.com"
[mail]
host = "127.0.0.1"
port = 1
password = "very-secret-mail"
[store]
url = "sqlite:data/here.sqlite"
[[tiktok_shop.apps]]
app_key = "key1"
app_secret = "very-secret-app"
[carriers.ups]
client_id = "id1"
client_secret = "very-secret-ups"
[sms.prices]
US = 0.0083
"""


def test_config_check_shows_every_value_but_no_secret(milepost, tmp_path):
    (tmp_path / "milepost.toml").write_text(SETTINGS)
    said = milepost("config", "check")
    assert said.code == 0
    assert "very-secret" not in said.out
    assert "sqlite:data/here.sqlite" in said.out
    told = milepost("config", "check", "--json").told
    assert told["tiktok_shop.apps.0.app_secret"] == "(set, hidden)"
    assert told["carriers.ups.client_id"] == "id1"
    assert told["polling.in_transit_s"] == 3600
    assert told["sms.prices.US"] == 0.0083


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[web]\nprot = 1\n", "web.prot is not a setting: did you mean `port`?"),
        ('[web]\nport = "x"\n', "web.port: expected a number"),
        ("[carriers.acme]\nclient_id = 'x'\n", "there is no such carrier"),
        ("[carriers.upss]\nclient_id = 'x'\n", "there is no such carrier; did you mean `ups`?"),
        ("[imports.senders]\nUPSPROD = 'upps'\n", "imports.senders.UPSPROD: there is no carrier 'upps'"),
        ('[store]\nurl = "mysql://me:hidden@here"\n', "store.url begins with 'mysql'"),
        ("[web_push]\ncontact = 'me'\n", "web_push.contact: 'me' is neither"),
        ("clock = 'noon'\n", "clock: 'noon' is neither"),
        ("[web\n", "milepost.toml cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_fix(milepost, tmp_path, text, says):
    (tmp_path / "milepost.toml").write_text(text)
    said = milepost("config", "check")
    assert said.code == 2
    assert says in said.err


UNUSABLE = """
web.port = 99999                    | web.port: 99999 is too much; write 65535 or less
web.public_url = "track.example"    | web.public_url: 'track.example' is no address; write it whole
polling.in_transit_s = -1           | polling.in_transit_s: -1 is too little; write 1 or more
policies.s1.answer_days = -2        | policies.s1.answer_days: -2 is too little; write 0 or more
work.lease_s = 0                    | work.lease_s: 0.0 is too little; write 1 or more
sms.prices.US = -0.1                | sms.prices: -0.1 is too little; write 0 or more
mail.tls = "yes"                    | mail.tls: 'yes' is not known; write one of starttls, tls, none
log_level = "loud"                  | log_level: 'loud' is not known; write one of debug, info, warning, error
tiktok_shop.apps = [{market = "eu"}]| tiktok_shop.apps[0].market: 'eu' is not known; write one of us, row
checkout.pages."mugs.example" = "1" | checkout.pages: 'mugs.example' is no page's origin; write scheme and host
mail.password = 12345678            | mail.password: expected text in quotes
carriers.ups = "hidden-12345678"    | carriers.ups: expected a table
"""


def test_a_value_that_no_setting_can_have_is_refused_without_telling_a_secret(tmp_path):
    file = tmp_path / "milepost.toml"
    for line, _, says in (row.partition("|") for row in UNUSABLE.strip().splitlines()):
        file.write_text(line)
        with pytest.raises(SettingsError) as refused:
            load(file, {})
        assert says.strip() in str(refused.value)
        assert "12345678" not in str(refused.value)


def test_every_default_is_a_value_that_the_setting_may_have(tmp_path):
    """Said outright in a file, the defaults are read again as they are."""
    told = asdict(Settings())
    assert build(Settings, told, "") == Settings()


def test_the_environment_is_looked_at_too(milepost, monkeypatch):
    monkeypatch.setenv("MILEPOST_WEB__PORT", "9000")
    assert milepost("config", "check", "--json").told["web.port"] == 9000


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(milepost, tmp_path):
    (tmp_path / "milepost.toml").write_text(SETTINGS)
    found = {one["what"]: one for one in milepost("doctor", "--json").told}
    assert found["mail"]["verdict"] == "bad"
    assert "127.0.0.1:1 does not answer" in found["mail"]["told"]
    assert found["public address"]["verdict"] == "ok"
    assert found["ups"]["verdict"] == "ok"
    assert found["dhl"]["verdict"] == "warn"
    assert found["database"]["verdict"] == "ok"
    assert all(one["fix"] for one in found.values() if one["verdict"] != "ok")
    assert milepost("doctor").code == 1


def test_the_doctor_notices_a_key_that_others_can_read(milepost, tmp_path):
    assert milepost("doctor").code == 0
    (tmp_path / "var" / "milepost.key").chmod(0o644)
    said = milepost("doctor")
    assert said.code == 1
    assert "chmod 600" in said.out


def test_somebody_is_added_with_a_password_from_standard_input(milepost):
    said = milepost(
        "user",
        "add",
        "Ann@Example.com",
        "--role",
        "support",
        "--shop",
        "file_import",
        "--password-stdin",
        "--json",
        typed="correct horse\n",
    )
    assert said.code == 0
    assert said.told["email"] == "ann@example.com"
    assert said.told["shop_ids"] == ["file_import"]


@pytest.mark.parametrize(
    ("email", "typed", "says"),
    [
        ("ann@example.com", "short\n", "choose 8 to 256"),
        ("nobody", "long enough\n", "is not an e-mail address"),
    ],
)
def test_an_account_that_cannot_be_is_refused(milepost, email, typed, says):
    said = milepost("user", "add", email, "--password-stdin", typed=typed)
    assert said.code == 2
    assert says in said.err


def test_a_key_is_shown_once_and_alone_on_standard_output(milepost):
    said = milepost("api-key", "add", "warehouse")
    assert said.code == 0
    assert said.out.startswith("mp_")
    assert len(said.out.split()) == 1


def test_carriers_are_listed_with_the_level_they_earned(milepost):
    told = {one["key"]: one for one in milepost("carrier", "list", "--json").told}
    assert {"ups", "fedex", "usps", "dhl"} <= set(told)
    assert all(one["checklist_done"] <= one["checklist"] for one in told.values())
    assert all(one["has_keys"] is False for one in told.values())
    assert "no keys" in milepost("carrier", "list").out


def test_a_list_says_what_is_confirmed_and_what_is_not(milepost):
    told = {one["key"]: one for one in milepost("carrier", "list", "--json").told}
    assert "hold for pickup" in told["usps"]["unconfirmed"]
    assert "claim damage" in told["usps"]["confirmed"]
    assert "hold_mail" in told["usps"]["missing_topics"]
    assert "not confirmed" in milepost("carrier", "list").out


def test_all_that_is_known_of_a_carrier_is_shown_with_source_date_and_confidence(milepost):
    said = milepost("carrier", "show", "usps").out
    assert "15 to 60 days" in said
    assert "carriers.md section 6" in said
    assert "2026-11-01" in said
    assert "low, not confirmed" in said
    assert "Not known: hold mail" in said


def test_a_country_narrows_what_is_shown(milepost):
    here = milepost("carrier", "show", "fedex", "--country", "US", "--json").told
    there = milepost("carrier", "show", "fedex", "--country", "FR", "--json").told
    assert {"phone", "claims"} <= {one["kind"] for one in here["contacts"]}
    assert "phone" not in {one["kind"] for one in there["contacts"]}
    damage = [one["within"] for one in there["policies"] if one["topic"] == "claim_damage"]
    assert damage == [21]
    assert there["contacts"] == [] or all(one["checked_on"] for one in there["contacts"])


def test_a_carrier_that_is_not_there_is_said_to_be_so(milepost):
    said = milepost("carrier", "show", "acme")
    assert said.code == 2
    assert "There is no carrier `acme`" in said.err


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        ("1Z 999AA1 0123 4567 84", 0, "Answer: ups"),
        ("1Z999AA10123456785", 2, "its check digit should be 4, not 5"),
        ("123456789012", 1, "not sure enough to say"),
        ("hello", 1, "not sure enough to say"),
    ],
)
def test_a_number_is_identified_or_not(milepost, number, code, says):
    said = milepost("carrier", "identify", number)
    assert (said.code, says in said.out) == (code, True), said


def test_doctor_looks_at_the_mailbox_and_the_folder_where_they_are_set(milepost, tmp_path, monkeypatch):
    def told():
        return {one["what"]: one for one in milepost("doctor", "--json").told}

    assert "mailbox" not in told()
    monkeypatch.setenv("MILEPOST_MAILBOX__HOST", "127.0.0.1")
    monkeypatch.setenv("MILEPOST_MAILBOX__PORT", "1")
    monkeypatch.setenv("MILEPOST_IMPORTS__FOLDER", str(tmp_path / "nowhere"))
    found = told()
    assert "cannot be reached" in found["mailbox"]["told"]
    assert "is not there" in found["imports.folder"]["told"]
