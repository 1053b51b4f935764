"""Every setting: its type, its default and one sentence; read from a TOML file and the environment.

A setting `a.b` is `[a] b = …` in the file and `MILEPOST_A__B` in the environment, which wins.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from milepost.model.setting import SettingsError, build, setting

ENVIRONMENT_PREFIX = "MILEPOST_"
NESTING = "__"
PORT_MAX = 65_535
TLS = ("starttls", "tls", "none")


@dataclass(frozen=True, kw_only=True)
class Web:
    """Where people and programs reach Milepost."""

    host: str = setting("127.0.0.1", "Address the web server listens on.")
    port: int = setting(
        8080, "Port the web server listens on; if it is taken, `demo` uses the next free one.", most=PORT_MAX
    )
    public_url: str = setting(
        "", "Address people see, for links in messages; empty: made from host and port.", address=True
    )
    proxies: list[str] = setting(
        ["127.0.0.1", "::1"],
        "Addresses of the proxies in front: their `X-Forwarded-For` says who asks, and nobody else's does.",
    )
    body_bytes_max: int = setting(1_000_000, "Largest request body accepted, in bytes.", least=1)


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """Where facts are kept."""

    url: str = setting(
        "sqlite:var/milepost.sqlite",
        "`sqlite:PATH` or `postgres://user:password@host/database`.",
        secret=True,
    )
    key_file: str = setting(
        "var/milepost.key", "File with the key that seals personal data; made on first start."
    )


@dataclass(frozen=True, kw_only=True)
class LiveSettings:
    """How open pages and idle workers hear of news at once (docs/run/nodes.md)."""

    url: str = setting(
        "",
        "`process` (a single node), `postgres://…` (LISTEN and NOTIFY) or `nats://user:password@host:4222`; "
        "empty: the PostgreSQL of `store.url`, or this process alone on SQLite.",
        secret=True,
    )
    subject: str = setting(
        "milepost", "First part of the NATS subject; two Mileposts on one NATS need two of them."
    )
    node: str = setting("", "What this node is called; empty: the machine's name and the process.")
    pages_max: int = setting(
        4000, "Open pages that one node keeps up to date; further ones work and are not live."
    )


@dataclass(frozen=True, kw_only=True)
class BackupSettings:
    """Where backups go, and whether Milepost takes them by itself."""

    folder: str = setting("var/backups", "Folder for backups; best on another disk.")
    every_s: int = setting(
        0, "Seconds between two backups that a worker takes by itself; 0: none. See docs/run/backup.md."
    )
    keep: int = setting(12, "How many of those are kept; the oldest go.", least=1)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """How e-mail leaves."""

    host: str = setting("", "SMTP server; empty: no e-mail is sent.")
    port: int = setting(587, "SMTP port.", least=1, most=PORT_MAX)
    username: str = setting("", "SMTP user, if the server asks for one.")
    password: str = setting("", "SMTP password.", secret=True)
    tls: str = setting(
        "starttls", "`starttls`, `tls` or `none` (only for a server on this machine).", one_of=TLS
    )
    sender: str = setting("Milepost <milepost@localhost>", "From address of every e-mail.")
    seller_to: list[str] = setting([], "Addresses that get the seller's notices by e-mail.")


@dataclass(frozen=True, kw_only=True)
class Sms:
    """Text messages, through Twilio or a provider with the same API."""

    url: str = setting("https://api.twilio.com", "Host of the API.", address=True)
    account_sid: str = setting("", "Account SID; empty: no text message is sent.")
    auth_token: str = setting("", "Auth token; it also signs the provider's calls to us.", secret=True)
    sender: str = setting("", "The number that sends, as `+…`, or the SID of a messaging service (`MG…`).")
    prices: dict[str, float] = setting(
        {}, "Price of one segment by country (`US = 0.0083`); a country without a price gets none."
    )
    day_money: float = setting(5.0, "Money for one day (UTC), in the currency of the prices; then it stops.")
    per_number_per_day: int = setting(6, "Messages to one number in a day (UTC), at most.")


@dataclass(frozen=True, kw_only=True)
class WebPush:
    """Notifications in buyers' browsers (docs/run/web-push.md)."""

    contact: str = setting(
        "",
        "Whom a push service may write to about our messages, `mailto:…` or `https://…`; empty: no web push.",
    )
    services: list[str] = setting(
        [],
        "Push services that are sent to, as `host` or `*.host`; empty: every one on the public internet. "
        "`host:port` may lie in a private network, and be reached without TLS: for development only.",
    )


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Webhooks to the programs of subscribers."""

    allow_private: bool = setting(
        False,
        "Development only: webhooks may go to http:// and to machines of a private network.",
    )
    keep_days: int = setting(30, "Days that messages, and what became of them, are kept for a replay.")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """Shops' own pages that say when a parcel would come (docs/use/forecast.md)."""

    pages: dict[str, str] = setting(
        {},
        "Whose pages may ask from a browser, and for which shop: its id by the page's origin "
        '(`"https://shop.example" = "…"`; an empty id: no shop\'s own handling time).',
        origins=True,
    )
    per_minute: int = setting(30, "Questions of one buyer's address in a minute.")


@dataclass(frozen=True, kw_only=True)
class Imports:
    """Files that partners bring (docs/use/imports.md)."""

    senders: dict[str, str] = setting(
        {}, "Whose an EDI file is: the carrier's key by the sender's id in it (`ODFL = \"…\"`)."
    )
    folder: str = setting("", "Folder whose files a worker takes in; empty: none. All nodes must see it.")
    folder_every_s: int = setting(60, "Seconds between two looks into that folder.", least=1)


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A mailbox that shipping mails come to (docs/use/mailbox.md). It is only read."""

    host: str = setting("", "IMAP server; empty: no mailbox is read.")
    port: int = setting(993, "IMAP port.", least=1, most=PORT_MAX)
    tls: str = setting("tls", "`tls`, `starttls` or `none` (only for a server on this machine).", one_of=TLS)
    username: str = setting("", "Whose mailbox.")
    password: str = setting("", "Its password; best one made for programs.", secret=True)
    folder: str = setting("INBOX", "The folder that is read.")
    every_s: int = setting(300, "Seconds between two looks.", least=1)


@dataclass(frozen=True, kw_only=True)
class TikTokApp:
    """One app registered with TikTok Shop; a US shop needs an app of the US portal."""

    market: str = setting("us", "`us` or `row` (rest of world).", one_of=("us", "row"))
    app_key: str = setting("", "The app's key.")
    app_secret: str = setting("", "The app's secret.", secret=True)
    service_id: str = setting("", "The app's service id, for the authorization link.")


@dataclass(frozen=True, kw_only=True)
class TikTokShop:
    """The TikTok Shop connection."""

    apps: list[TikTokApp] = setting([], "The registered apps, one table each.")
    auth_url: str = setting("https://auth.tiktok-shops.com", "Host of the token calls.")
    api_url: str = setting("https://open-api.tiktokglobalshop.com", "Host of the API calls.")
    authorize_url_us: str = setting(
        "https://services.us.tiktokshop.com/open/authorize", "Authorization page, US."
    )
    authorize_url_row: str = setting(
        "https://services.tiktokshop.com/open/authorize", "Authorization page, elsewhere."
    )
    sync_interval_s: int = setting(300, "Seconds between two searches for changed orders of a shop.", least=1)
    sync_overlap_s: int = setting(900, "Seconds a search reaches back before the watermark.")
    backfill_days: int = setting(30, "Days of orders read when a shop is connected.")
    calls_per_second: float = setting(
        3.0, "Calls per second and shop before we slow down by ourselves.", least=0.01
    )


@dataclass(frozen=True, kw_only=True)
class SourceAccess:
    """What is set for everybody who is asked about parcels; who has no keys is not asked."""

    url: str = setting("", "Base address; empty: the production host.")
    client_id: str = setting("", "Client id or API key.")
    per_minute: int = setting(0, "Calls per minute; 0: the folder's default.")
    per_day: int = setting(0, "Calls per day; 0: the folder's default.")
    push: bool = setting(
        False,
        "Have it push scans to `web.public_url`, beside the polls; its folder's README says what it needs.",
    )
    push_secret: str = setting(
        "", "What its pushes are signed with or show, 16 to 64 characters.", secret=True
    )
    push_secret_before: str = setting(
        "", "The secret before that, good as well while the new one gets about.", secret=True
    )


@dataclass(frozen=True, kw_only=True)
class CarrierAccess(SourceAccess):
    """Keys for one carrier; a carrier without keys is not asked."""

    client_secret: str = setting("", "Client secret, where there is one.", secret=True)
    account: str = setting("", "Number of our account there, where the carrier asks for it.")
    push_account: str = setting(
        "", "Have all parcels of this account pushed instead of number by number, where the carrier can."
    )
    push_service: str = setting("", "Division whose parcels are pushed, where the carrier asks for one.")
    push_contact: str = setting("", "E-mail address the carrier writes to when pushes fail, where it asks.")


@dataclass(frozen=True, kw_only=True)
class AggregatorAccess(SourceAccess):
    """Keys for one aggregator; one without keys is neither asked nor heard."""

    client_id: str = setting("", "API key.", secret=True)
    register: bool = setting(
        False, "Tell it to follow numbers it does not know; it counts them, and most charge for each."
    )


@dataclass(frozen=True, kw_only=True)
class Polling:
    """How often a parcel is asked about, as far as a carrier's quota allows (docs/run/polling.md)."""

    label_created_s: int = setting(5400, "Before the first scan.", least=1)
    in_transit_s: int = setting(
        3600, "On the way; shorter around the forecast, longer where news is rare.", least=1
    )
    out_for_delivery_s: int = setting(900, "Out for delivery.", least=1)
    exception_s: int = setting(2700, "While something is wrong.", least=1)
    slowest_s: int = setting(24 * 3600, "Of a number that stays silent, at the longest.", least=1)
    after_end_s: int = setting(12 * 3600, "After delivery or another end, for `after_end_days`.", least=1)
    after_end_days: int = setting(3, "Days we go on asking after the end.")
    give_up_days: int = setting(45, "Days without any scan after which we stop asking.", least=1)
    order_refresh_s: int = setting(
        12 * 3600,
        "Between two looks at an open order: a corrected number does not show in a search.",
        least=1,
    )
    marketplace_tracking_s: int = setting(
        4 * 3600, "Between two looks at the marketplace's own tracking.", least=1
    )


@dataclass(frozen=True, kw_only=True)
class Http:
    """How we talk to sources."""

    timeout_s: float = setting(20.0, "Seconds for one call, all of it.", least=0.1)
    body_bytes_max: int = setting(8_000_000, "Largest answer read, in bytes.", least=1)
    retries: int = setting(3, "Tries of one call before it is put off.", least=1)
    retry_base_s: float = setting(0.5, "First wait between tries, doubled each time, with jitter.")


@dataclass(frozen=True, kw_only=True)
class WorkSettings:
    """How workers share what is to be done."""

    lease_s: float = setting(
        60.0,
        "Seconds after which a worker that shows no sign of life is dead and others take its work.",
        least=1,
    )
    action_s_max: float = setting(
        600.0, "Seconds one piece of work may take before it is broken off and tried again later.", least=1
    )
    keep_days: int = setting(
        90, "Days that done work stays in the list, to be looked up; what happened is kept for ever.", least=1
    )
    stop_s: float = setting(
        20.0, "Seconds that work in hand may take to end after SIGTERM; then it is given back."
    )


@dataclass(frozen=True, kw_only=True)
class ShopPolicy:
    """What a shop itself promises its buyers; every tracking page says it."""

    backstop_days: int = setting(
        7,
        "Days after the last day first promised; what is not there by then, the shop makes good. "
        "0: nothing is said.",
    )
    makes_good: str = setting(
        "refunds or resends it", "What the shop does then, after its name: `Mugs & Co refunds or resends it`."
    )
    answer_days: int = setting(2, "Days within which the shop answers a buyer; 0: nothing is said.")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All of it."""

    web: Web = field(default_factory=Web, metadata={"about": "Where people and programs reach Milepost."})
    store: StoreSettings = field(default_factory=StoreSettings, metadata={"about": "Where facts are kept."})
    live: LiveSettings = field(
        default_factory=LiveSettings,
        metadata={"about": "How open pages and idle workers hear of news at once."},
    )
    backup: BackupSettings = field(
        default_factory=BackupSettings,
        metadata={"about": "Where backups go, and whether Milepost takes them by itself."},
    )
    mail: Mail = field(default_factory=Mail, metadata={"about": "How e-mail leaves."})
    sms: Sms = field(default_factory=Sms, metadata={"about": "Text messages to buyers who asked for them."})
    web_push: WebPush = field(
        default_factory=WebPush, metadata={"about": "Notifications in the browsers of buyers."}
    )
    webhooks: Webhooks = field(
        default_factory=Webhooks, metadata={"about": "Webhooks to the programs of subscribers."}
    )
    policy: ShopPolicy = field(
        default_factory=ShopPolicy, metadata={"about": "What shops promise their buyers themselves."}
    )
    policies: dict[str, ShopPolicy] = setting({}, "Another policy for one shop, by its shop id.")
    checkout: Checkout = field(
        default_factory=Checkout, metadata={"about": "Shops' own pages that say when a parcel would come."}
    )
    imports: Imports = field(
        default_factory=Imports, metadata={"about": "Files that partners bring (docs/use/imports.md)."}
    )
    mailbox: Mailbox = field(
        default_factory=Mailbox, metadata={"about": "A mailbox that shipping mails come to."}
    )
    tiktok_shop: TikTokShop = field(
        default_factory=TikTokShop, metadata={"about": "The TikTok Shop connection."}
    )
    carriers: dict[str, CarrierAccess] = setting({}, "Keys per carrier folder name, one table each.")
    aggregators: dict[str, AggregatorAccess] = setting(
        {},
        "Keys per aggregator folder name, one table each; parcels of carriers without keys are asked there.",
    )
    polling: Polling = field(default_factory=Polling, metadata={"about": "How often carriers are asked."})
    http: Http = field(default_factory=Http, metadata={"about": "How we talk to sources."})
    work: WorkSettings = field(
        default_factory=WorkSettings, metadata={"about": "How workers share what is to be done."}
    )
    clock: str = setting(
        "system", "`system`, or `WORLD_INSTANT@REAL_INSTANT@RATE` to follow a simulated world."
    )
    log_level: str = setting(
        "info", "`debug`, `info`, `warning` or `error`.", one_of=("debug", "info", "warning", "error")
    )
    log_format: str = setting(
        "auto", "`auto` (text on a terminal, else JSON), `text` or `json`.", one_of=("auto", "text", "json")
    )
    language: str = setting(
        "en", "Language of buyers' pages and messages where neither they nor their browser name another one."
    )
    silence_days: int = setting(
        3, "Days without a scan after which a parcel counts as silent, until its lane was measured.", least=1
    )


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `path` (default `milepost.toml` if it is there) and the environment.

    Raises SettingsError naming the setting and the fix.
    """
    environment = os.environ if environment is None else environment
    tree = _read_file(path)
    for name, value in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX) and name != ENVIRONMENT_PREFIX + "CONFIG":
            _put(tree, name.removeprefix(ENVIRONMENT_PREFIX).lower().split(NESTING), value, name)
    return build(Settings, tree, "")  # type: ignore[no-any-return]


def _read_file(path: Path | None) -> dict[str, Any]:
    explicit = path or (Path(os.environ["MILEPOST_CONFIG"]) if "MILEPOST_CONFIG" in os.environ else None)
    file = explicit or Path("milepost.toml")
    if not file.exists():
        if explicit:
            msg = f"settings file {file} does not exist: create it or leave --config out"
            raise SettingsError(msg)
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        msg = f"settings file {file} cannot be read: {error}; fix that line (TOML)"
        raise SettingsError(msg) from error


def _put(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    node = tree
    for part in path[:-1]:
        child = node.setdefault(part, {})
        if not isinstance(child, dict):
            msg = f"{name}: `{part}` is a value, not a table; see docs/reference/settings.md"
            raise SettingsError(msg)
        node = child
    node[path[-1]] = value
