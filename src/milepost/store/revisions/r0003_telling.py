"""Version 3: tables for webhooks out, text messages and stopped work; programs of version 2 go on with it."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=3,
    about="tables for webhooks out, text messages and stopped work",
    serves=2,
    steps=(
        added.tables(
            "webhook_endpoints",
            "webhook_sequences",
            "webhook_messages",
            "webhook_sendings",
            "webhook_attempts",
            "sms_days",
            "sms_fares",
            "sms_opt_outs",
            "sms_fates",
            "work_holds",
            "workers",
        ),
        added.index("work_stopped", "work", ["due_at", "seq"], "state = 'held'"),
        added.index("work_in_hand", "work", ["worker"], "token <> ''"),
        added.no_index("work_held", "work", ["free_at"], "state = 'due' AND token <> ''"),
    ),
)
