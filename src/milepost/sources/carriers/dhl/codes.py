"""Which rows of codes.csv an event is looked up in: the division's code first, DHL's own five words last."""

import re
from functools import lru_cache

from milepost.model.scans import CodeRef

EXPRESS, PARCEL, REASON, ECOMMERCE, FREIGHT = "express", "parcel", "parcel_reason", "ecommerce", "freight"

CODES_MAX = 4_000

GROUPS = {
    "express": EXPRESS,
    "ecommerce": ECOMMERCE,
    "ecommerce-apac": ECOMMERCE,
    "ecommerce-europe": ECOMMERCE,
    "ecommerce-ppl": ECOMMERCE,
    "ecommerce-iberia": ECOMMERCE,
    "parcel-de": PARCEL,
    "parcel-nl": PARCEL,
    "parcel-pl": PARCEL,
    "parcel-uk": PARCEL,
    "freight": FREIGHT,
}
"""Service → family of codes.csv; a service that is not here has its own name as family."""

SHAPES = {
    EXPRESS: r"[A-Z]{2}|10[1-4]",
    PARCEL: r"[A-Z]{2}|[A-Z]{5}([/_-][A-Z]{5})?|[A-Z]+(_[A-Z0-9]+)+",
    ECOMMERCE: r"\d{2,3}",
    FREIGHT: r"\d{1,2}-\d{1,3}",
}
ANY_SHAPE = re.compile("|".join(f"(?:{shape})" for shape in SHAPES.values()))
PAIR = re.compile(r"(?P<event>[A-Z]{5})[/_-](?P<reason>[A-Z]{5})")


def group_of(service: str) -> str:
    """The family of codes a service's events are told in."""
    name = service.casefold()
    return GROUPS.get(name, name)


@lru_cache(maxsize=CODES_MAX)
def division_code(status: str, detailed: str) -> str:
    """The code in `status` or `statusDetailed`, or nothing: both fields hold words at other times.

    An event and a reason in the two fields (NTDEL and NHOME) are put together with a slash.
    """
    found = [part for part in (status, detailed) if ANY_SHAPE.fullmatch(part)]
    codes = list(dict.fromkeys(PAIR.sub(r"\g<event>/\g<reason>", code) for code in found))
    return "/".join(codes[:2])


@lru_cache(maxsize=CODES_MAX)
def refs(group: str, coarse: str, code: str) -> tuple[CodeRef, ...]:
    """Best first. An event with a reason is looked up as a pair, then alone; then the reason for itself."""
    parts = code.split("/") if code else []
    wanted = [(group, code)] if len(parts) > 1 else []
    wanted += [(group, part) for part in parts]
    wanted += [(REASON, part) for part in parts] if group == PARCEL else []
    if coarse:
        wanted.append(("coarse", coarse))
    return tuple(CodeRef(family=family, code=name) for family, name in wanted)
