"""What is kept where: every table, on SQLite and PostgreSQL alike.

Instants are whole microseconds since 1970 UTC, flags are 0 or 1 and documents are JSON text, so that both
engines keep the same values. `seq` is the order of insertion; lists are paged by it. Columns named `sealed`
hold ciphertext (sealing.py). No extension is needed. Hot questions each have one index that answers them.
Long because every table stands here, one after the other.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from milepost.store.sql.by_month import BY_MONTH, MONTH_OF_EVENT

METADATA = MetaData()
DIFFERENCE_BYTES_MAX = 512
"""Of what differs between a repeat and the body that it repeats, sealed; what differs more is kept whole."""


def _table(name: str, *parts: Any, **more: Any) -> Table:
    return Table(name, METADATA, *parts, **more)


def _seq() -> Column[int]:
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def _at(name: str, *, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=optional)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


def _flag(name: str) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default="0")


def _sealed() -> Column[bytes]:
    return Column("sealed", LargeBinary, nullable=False)


def _where(condition: str) -> dict[str, Any]:
    """A partial index, said for both engines."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


SCHEMA = _table(
    "milepost_schema",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # always 1: there is one schema
    Column("version", BigInteger, nullable=False),
    _text("key_check"),  # shows whether a key file is the one this database was sealed with
    _at("made_at"),
    _count("step"),  # how far the change to the next version has come
    _count("serves"),  # the oldest program that can work with it, by the version it was made for
)

# What sources said.

REPORT_BODIES = _table("report_bodies", _text("body_hash", key=True), _sealed())

REPORTS = _table(
    "reports",
    _seq(),
    _text("source"),
    _text("kind"),
    _text("shop_id", optional=True),
    _text("subject"),  # JSON list
    _at("heard_at"),
    _text("body_hash"),
    _number("asked"),  # the question, when the body is kept whole and later answers may repeat it
    _number("repeats"),  # seq of the report with the whole body that this one repeats
    Column("sealed", LargeBinary(DIFFERENCE_BYTES_MAX)),  # and what differs from it
    Index("reports_by_question", "asked", "seq", **_where("asked IS NOT NULL")),
)

REFUSALS = _table(
    "refusals",
    _seq(),
    _text("source"),
    _text("kind"),
    _text("shop_id", optional=True),
    _text("body_hash"),
    _at("heard_at"),
    _text("reason"),
    _text("detail"),
    _text("subject"),
)

# Orders: every version, and which one is current.

ORDER_VERSIONS = _table(
    "order_versions",
    _seq(),
    _text("shop_id"),
    _text("order_number"),
    _at("heard_at"),
    _text("report_hash"),
    _text("digest"),  # keyed hash of everything in it, so that saying the same again adds nothing
    _text("facts"),
    _sealed(),  # the contact
    Index("order_versions_by_order", "shop_id", "order_number", "seq"),
)

ORDERS = _table(
    "orders",
    _seq(),
    _text("shop_id"),
    _text("order_number"),
    Column("version", BigInteger, nullable=False),  # seq of the current version
    _text("digest"),
    _at("heard_at", optional=True),  # of the newest report that told it so, though nothing was new
    _text("email_index", optional=True),  # keyed hashes: findable, not readable
    _text("phone_index", optional=True),
    _text("postal_index", optional=True),
    UniqueConstraint("shop_id", "order_number"),
    Index("orders_by_number", "order_number"),
    Index("orders_by_shop", "shop_id", "seq"),
    Index("orders_by_email", "email_index", **_where("email_index IS NOT NULL")),
    Index("orders_by_phone", "phone_index", **_where("phone_index IS NOT NULL")),
    Index("orders_by_postcode", "postal_index", **_where("postal_index IS NOT NULL")),
)

# Shipments and their events.

SHIPMENTS = _table(
    "shipments",
    _seq(),
    _text("shipment_id"),
    _text("shop_id"),
    _text("tracking_number"),
    _text("carrier", optional=True),
    _flag("superseded"),
    _text("facts"),
    # The derived summary, replaced with every journey.
    Column("status", Text, nullable=False, server_default="expected"),
    _text("reason", optional=True),
    _at("status_since", optional=True),
    _at("delivered_at", optional=True),
    _flag("delivery_retracted"),
    _at("last_heard_at", optional=True),
    _at("last_scan_at", optional=True),
    Column("last_place", Text, nullable=False, server_default=""),
    UniqueConstraint("shipment_id"),
    Index("shipments_by_number", "tracking_number"),
    Index("shipments_by_shop", "shop_id", "seq"),
    Index("shipments_by_status", "status", "shop_id", "superseded", "seq"),
    Index("shipments_by_carrier", "carrier", "seq"),
)

SHIPMENT_LEGS = _table(
    "shipment_legs", _text("number", key=True), _text("shipment_id", key=True), _text("shop_id")
)

SHIPMENT_ORDERS = _table(
    "shipment_orders",
    _text("shop_id", key=True),
    _text("order_number", key=True),
    _text("shipment_id", key=True),
    Index("shipment_orders_by_shipment", "shipment_id"),
)

EVENTS = _table(
    "events",
    _seq(),
    _text("shop_id"),
    _text("event_id"),
    _text("shipment_id", optional=True),  # derived: may move (attribute)
    _text("source"),
    _text("order_number", optional=True),
    _text("tracking_number", optional=True),
    _text("wall_clock"),
    _at("occurred_at", optional=True),
    Column("offset_minutes", BigInteger, nullable=True),
    _text("offset_source"),
    _at("heard_at"),
    _text("status", optional=True),
    _text("reason", optional=True),
    _text("responsible", optional=True),
    _text("evidence"),
    _text("code"),
    _text("description"),
    _text("place"),
    _text("report_hash"),
    Column("certainty", BigInteger, nullable=True),
    UniqueConstraint("shop_id", "event_id"),
    Index("events_by_shipment", "shipment_id", **_where("shipment_id IS NOT NULL")),
    Index("events_by_order", "shop_id", "order_number", **_where("order_number IS NOT NULL")),
    Index("events_stray", "tracking_number", **_where("shop_id = ''")),
    Index("events_unknown", "shop_id", **_where("status = 'unknown'")),
    info={BY_MONTH: MONTH_OF_EVENT},
)

PROOFS = _table(
    "proofs",
    _seq(),
    _text("shop_id"),
    _text("shipment_id"),
    _text("digest"),
    _at("at"),
    _sealed(),
    UniqueConstraint("shipment_id", "digest"),
)

# Programs before version 12 learn from it, and may still run beside us; we write none.
LANE_DELIVERIES = _table(
    "lane_deliveries",
    _seq(),
    _text("lane"),
    _text("shipment_id"),
    Column("hours", Float, nullable=False),
    UniqueConstraint("lane", "shipment_id"),
    Index("lane_deliveries_newest", "lane", "seq"),
)

# What each delivered parcel teaches the forecast (model/lessons.py); its memory is made of them.
FORECAST_LESSONS = _table(
    "forecast_lessons", _seq(), _text("shipment_id"), _text("told"), UniqueConstraint("shipment_id")
)

# How often news comes: gaps between scans, counted by length (model/gaps.py). Derived, and learned anew.
NEWS_GAPS = _table(
    "news_gaps", _text("carrier", key=True), _text("lane", key=True), _text("stage", key=True), _text("told")
)

# How each carrier does, over all nodes (model/health.py).
CARRIER_HEALTH = _table("carrier_health", _text("carrier", key=True), _text("told"))

# What was promised, and what went wrong.

PROMISES = _table(
    "promises",
    _seq(),
    _text("shop_id"),
    _text("order_number"),
    _text("shipment_id", optional=True),
    _text("promiser"),
    _text("source"),
    _text("name"),
    _text("kind"),
    _at("from_at", optional=True),
    _at("to_at"),
    Column("offset_minutes", BigInteger, nullable=True),
    _at("said_at"),
    _text("reason"),
    Column("confidence", Float, nullable=True),
    Column("sample_size", BigInteger, nullable=True),
    _text("basis", optional=True),  # what an entry of ours rests on (model/forecasts.py), JSON
    Index("promises_by_order", "shop_id", "order_number", "seq"),
    Index("promises_by_shop", "shop_id", "seq"),
)

EXCEPTIONS = _table(
    "exceptions",
    _seq(),
    _text("key"),
    _text("shop_id"),
    _text("shipment_id"),
    _text("mover"),
    Column("rank", SmallInteger, nullable=False),  # 0 is the worst severity
    _at("opened_at"),
    _at("resolved_at", optional=True),
    _text("facts"),
    UniqueConstraint("key"),
    Index("exceptions_open", "rank", "opened_at", "seq", **_where("resolved_at IS NULL")),
    Index("exceptions_all", "rank", "opened_at", "seq"),
    Index("exceptions_by_shipment", "shipment_id"),
)

# Who lets us in, and small things to remember.

SHOPS = _table("shops", _text("shop_id", key=True), _text("facts"))

GRANTS = _table(
    "grants",
    _text("marketplace", key=True),
    _text("app_key", key=True),
    _text("owner", key=True),
    _at("access_expires_at"),
    _sealed(),
)

MARKS = _table("marks", _text("name", key=True), _text("value"))

PUSHES = _table("pushes", _text("source", key=True), _text("notification_id", key=True), _at("at"))

# Whose scans carriers push to us until when, and how much was first heard that way.

PUSH_SUBSCRIPTIONS = _table(
    "push_subscriptions",
    _text("carrier", key=True),
    _text("tracking_number", key=True),  # `*`: of a whole account
    _text("state"),
    _at("asked_at"),
    _text("subscription_id"),
    _at("until_at", optional=True),
    _text("said"),
    _at("pushed_at", optional=True),
    Index("push_subscriptions_by_id", "carrier", "subscription_id"),
)

PUSH_COUNTS = _table(
    "push_counts",
    _text("carrier", key=True),
    _text("day", key=True),
    _text("how", key=True),
    Column("lag_s", BigInteger, primary_key=True, autoincrement=False),
    _count("scans"),
)

GUESSES = _table("guesses", _seq(), _text("subject"), _at("at"), Index("guesses_by_subject", "subject", "at"))

# What was told to whom.

NOTICES = _table(
    "notices",
    _seq(),
    _text("key"),
    _text("shop_id"),
    _text("order_number"),
    _text("facts"),
    UniqueConstraint("key"),
    Index("notices_by_order", "order_number", "seq"),
    Index("notices_by_shop", "shop_id", "seq"),
)

ATTEMPTS = _table(
    "attempts",
    _seq(),
    _text("notice_key"),
    _at("at"),
    Column("number", BigInteger, nullable=False),
    _text("outcome"),
    _text("detail"),
    _text("message_id"),
    Index("attempts_by_notice", "notice_key", "seq"),
)

INBOX = _table(
    "inbox",
    _seq(),
    _text("notice_key"),
    _text("shop_id"),
    _at("at"),
    _sealed(),  # subject and text
    UniqueConstraint("notice_key"),
    Index("inbox_by_shop", "shop_id", "seq"),
)

SUBSCRIPTIONS = _table(
    "subscriptions",
    _seq(),
    _text("shop_id"),
    _text("order_number"),
    _text("channel"),
    _text("address_index"),
    _sealed(),
    UniqueConstraint("shop_id", "order_number", "channel", "address_index"),
    Index("subscriptions_by_address", "address_index"),
)

# What buyers said about their orders, and their photos. Added, never edited.

FEEDBACK = _table(
    "feedback",
    _seq(),
    _text("feedback_id"),
    _text("shop_id"),
    _text("order_number"),
    _at("at"),
    _sealed(),
    UniqueConstraint("feedback_id"),
    Index("feedback_by_order", "shop_id", "order_number", "seq"),
)

FEEDBACK_PHOTOS = _table(
    "feedback_photos", _text("photo_id", key=True), _text("shop_id"), _text("order_number"), _sealed()
)

# How shops look to their buyers. Added, never edited: the newest counts.

BRANDS = _table("brands", _seq(), _text("shop_id"), _text("facts"), Index("brands_by_shop", "shop_id", "seq"))

BRAND_LOGOS = _table(
    "brand_logos",
    _text("logo_id", key=True),
    _text("shop_id"),
    Column("png", LargeBinary, nullable=False),
    Column("width", BigInteger, nullable=False),
    Column("height", BigInteger, nullable=False),
)

# What text messages cost, who wants none, and what became of them. Numbers are kept as keyed hashes.

SMS_DAYS = _table("sms_days", _text("day", key=True), Column("micros", BigInteger, nullable=False))

SMS_FARES = _table(
    "sms_fares",
    _seq(),
    _text("key"),
    _text("shop_id"),
    _text("number_index"),
    _text("day"),
    Column("micros", BigInteger, nullable=False),
    UniqueConstraint("key"),
    Index("sms_fares_by_number", "number_index", "day"),
)

SMS_OPT_OUTS = _table("sms_opt_outs", _text("number_index", key=True), _at("at"))

SMS_FATES = _table(
    "sms_fates",
    _text("message_id", key=True),
    _text("status"),
    Column("rank", SmallInteger, nullable=False),  # a status told late never replaces a later one
    _text("error"),
    _at("at"),
)

# What programs are told: endpoints, messages, and what became of each on its way.

WEBHOOK_ENDPOINTS = _table(
    "webhook_endpoints",
    _seq(),
    _text("endpoint_id"),
    _text("shop_id"),
    _sealed(),  # address, secrets, what it subscribed to
    _at("disabled_at", optional=True),
    Column("disabled_why", Text, nullable=False, server_default=""),
    _at("failing_since", optional=True),
    _count("told_share"),
    _at("paused_until", optional=True),
    UniqueConstraint("endpoint_id"),
    Index("webhook_endpoints_by_shop", "shop_id", "seq"),
)

WEBHOOK_SEQUENCES = _table(
    "webhook_sequences",
    _text("shop_id", key=True),
    _text("subject", key=True),
    Column("last", BigInteger, nullable=False),
)

WEBHOOK_MESSAGES = _table(
    "webhook_messages",
    _seq(),
    _text("message_id"),
    _text("shop_id"),
    _text("kind"),
    _text("subject"),
    Column("sequence", BigInteger, nullable=False),
    _at("at"),
    _text("body"),
    UniqueConstraint("message_id"),
    Index("webhook_messages_by_shop", "shop_id", "at", "seq"),
    Index("webhook_messages_by_age", "at"),
)

WEBHOOK_SENDINGS = _table(
    "webhook_sendings",
    _seq(),
    _text("endpoint_id"),
    _text("message_id"),
    _text("shop_id"),
    _text("state"),
    _count("tries"),
    _at("at"),
    UniqueConstraint("endpoint_id", "message_id"),
    Index("webhook_sendings_by_endpoint", "endpoint_id", "seq"),
    Index("webhook_sendings_by_state", "endpoint_id", "state", "seq"),
    Index("webhook_sendings_by_message", "message_id"),
)

WEBHOOK_ATTEMPTS = _table(
    "webhook_attempts",
    _seq(),
    _text("endpoint_id"),
    _text("message_id"),
    _text("shop_id"),
    _at("at"),
    Column("number", BigInteger, nullable=False),
    _text("outcome"),
    Column("status", BigInteger, nullable=True),
    _text("detail"),
    Column("took_ms", BigInteger, nullable=False),
    Index("webhook_attempts_by_message", "message_id", "endpoint_id", "seq"),
)

# People and programs.

LINKS = _table(
    "links",
    _text("token_hash", key=True),
    _text("shop_id"),
    _text("order_number"),
    _text("view"),
    _at("expires_at"),
)

# Links to all orders of one address, kept as the keyed hashes that orders and subscriptions are found by.
CONTACT_LINKS = _table(
    "contact_links",
    _text("token_hash", key=True),
    _text("email_index"),
    _text("address_index"),
    _at("expires_at"),
)

USERS = _table(
    "users", _text("user_id", key=True), _text("email_index"), _sealed(), UniqueConstraint("email_index")
)

SESSIONS = _table("sessions", _text("token_hash", key=True), _text("user_id"), _at("expires_at"))

API_KEYS = _table(
    "api_keys",
    _text("key_id", key=True),
    _text("secret_hash"),
    _text("facts"),
    UniqueConstraint("secret_hash"),
)

# Files that somebody looked at: one a person, until they say that it shall go in.
IMPORT_DRAFTS = _table(
    "import_drafts",
    _text("draft_id", key=True),
    _text("user_id"),
    _at("at"),
    _sealed(),
    Index("import_drafts_by_age", "at"),
)

# Who said that a parcel is which carrier's. Added, never edited.
CARRIER_CHOICES = _table(
    "carrier_choices",
    _seq(),
    _text("shop_id"),
    _text("shipment_id"),
    _at("at"),
    _text("facts"),
    Index("carrier_choices_by_shipment", "shipment_id", "seq"),
)

# What people of this installation said that codes mean. Added, never edited.
CODE_CORRECTIONS = _table(
    "code_corrections", _seq(), _text("source"), _text("code"), _at("at"), _text("facts")
)

# Decided work. queue/leases.py names these columns again, because rooms do not import each other.

WORK = _table(
    "work",
    _seq(),
    _text("key"),
    _text("kind"),
    _text("shop_id", optional=True),
    _text("lane"),
    _text("payload"),
    _flag("repeating"),
    _text("state"),
    _at("due_at"),
    _at("free_at"),  # when it was planned; while in a worker's hand, what due_at was set to
    _text("worker"),
    _text("token"),
    _count("attempts"),
    _text("error"),
    _at("ended_at", optional=True),
    UniqueConstraint("key"),
    Index("work_due", "due_at", "seq", **_where("state = 'due'")),
    Index("work_by_lane", "lane", "due_at", "seq", **_where("state = 'due'")),
    Index("work_in_hand", "worker", **_where("token <> ''")),
    Index("work_dead", "ended_at", **_where("state = 'dead'")),
    Index("work_stopped", "due_at", "seq", **_where("state = 'held'")),
)

# Who carries work out now. A worker whose `beat` stands still is dead, and its work goes to another.
WORKERS = _table("workers", _text("name", key=True), _count("beat"), _at("since"))

# Calls that were made to sources: of the last minute, and by day (queue/purse.py). `version` counts changes.
CALL_BUDGETS = _table("call_budgets", _text("name", key=True), _count("version"), _text("spent"))

# Stops that also meet work decided later: everything of one kind, lane or shop.
WORK_HOLDS = _table(
    "work_holds", _text("scope", key=True), _text("value", key=True), _text("reason"), _at("since")
)
