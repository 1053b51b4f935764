"""The work list for whoever runs it: what is due, what is held, and what was given up."""

from datetime import datetime

from litestar import Request, Response, get
from litestar.datastructures import State

from milepost.model.actions import ActionKind
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_everything, pages
from milepost.show.looks import app_of

WORK = "/console/work"
ROWS = 100
WORDS = {
    ActionKind.POLL_CARRIER: "Ask a carrier",
    ActionKind.POLL_ORDER: "Read an order again",
    ActionKind.POLL_TRACKING: "Read the marketplace's tracking",
    ActionKind.SYNC_SHOP: "Search a shop",
    ActionKind.REFRESH_GRANT: "Renew an authorization",
    ActionKind.SEND_NOTICE: "Send a notice",
    ActionKind.SEND_WEBHOOK: "Send a webhook",
    ActionKind.SWEEP_WEBHOOKS: "Forget old webhooks",
    ActionKind.SUBSCRIBE_SHIPMENT: "Ask a carrier to push",
    ActionKind.ACTIVATE_PUSHES: "Confirm a carrier's pushes",
    ActionKind.READ_HANDED_IN: "Look for files and mails",
    ActionKind.TAKE_BACKUP: "Take a backup",
    ActionKind.WATCH_SHIPMENT: "Look whether a parcel went silent",
}


@get("/work")
async def work(request: Request[None, None, State]) -> Response[str]:
    """Counts, and the newest dead letters with their last error."""
    app = app_of(request)
    dead: list[tuple[str, str, str, datetime]] = [
        (WORDS[action.kind], action.lane, error, died_at)
        for action, error, died_at in await app.work.dead(ROWS)
    ]
    return await console_page(
        request,
        "console/work.html",
        WORK,
        work=await app.work.counts(app.clock.now()),
        next_due=await app.work.next_due(),
        dead=dead,
        fence=app.fence,
    )


ROUTES = [pages(work, guards=[needs_everything])]
