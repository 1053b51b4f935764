"""Pages drawn a moment ago: what would come out the same within a minute is not drawn and packed again."""

import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.enums import MediaType

from milepost.show.looks import AnyRequest, around
from milepost.show.security import PRIVATE

PAGES_KEPT = 128
"""About 100 kB each."""

PACKED = 4
"""gzip's level for pages: a higher one takes longer than it saves."""


PACKS_ITSELF = "packs_itself"
"""Said by a handler whose answers nobody else is to pack."""

GZIPPED = {"Content-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class _Page:
    """A page and all that it was drawn from."""

    facts: object
    minute: datetime
    plain: bytes
    packed: bytes


class Drawn:
    """The pages of one running site. What a page shows is read anew each time; only the drawing is spared.

    Ages on a page may be off by less than a minute, as on any page that stays open. What was drawn in an
    earlier minute is forgotten with the next drawing: it may be of an order that was erased since.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Page] = OrderedDict()
        self.drawn = 0

    async def page(
        self,
        request: AnyRequest,
        key: Hashable,
        facts: object,
        now: datetime,
        draw: Callable[[], Awaitable[str]],
    ) -> Response[Any]:
        """The page, packed if the browser can read that.

        `facts`: everything it depends on but the minute and what all pages know; `key`: whose page it is.
        """
        key = key, *(told for name, told in around(request).items() if name != "now")
        minute = now.replace(second=0, microsecond=0)
        found = self._kept.get(key)
        if found is None or found.minute != minute or found.facts != facts:
            plain = (await draw()).encode()
            found = _Page(facts, minute, plain, gzip.compress(plain, PACKED, mtime=0))
            self._keep(key, found)
        takes_packed = "gzip" in request.headers.get("accept-encoding", "")
        return Response(
            found.packed if takes_packed else found.plain,
            media_type=MediaType.HTML,
            headers={**PRIVATE, "Vary": "Accept-Encoding", **(GZIPPED if takes_packed else {})},
        )

    def _keep(self, key: Hashable, page: _Page) -> None:
        self.drawn += 1
        old = [other for other, found in self._kept.items() if found.minute != page.minute]
        for other in old:
            del self._kept[other]
        self._kept[key] = page
        self._kept.move_to_end(key)
        while len(self._kept) > PAGES_KEPT:
            self._kept.popitem(last=False)
