"""Names of countries and of the states of the USA, as TikTok writes them into addresses."""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = {
    "US": "United States",
    "GB": "United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "ID": "Indonesia",
    "TH": "Thailand",
    "VN": "Vietnam",
    "MY": "Malaysia",
    "PH": "Philippines",
    "SG": "Singapore",
    "CA": "Canada",
}
_STATES: Final = (
    "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,"
    "DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,"
    "KS Kansas,"
    "KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,"
    "MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,"
    "NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,"
    "SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,"
    "WV West Virginia,WI Wisconsin,WY Wyoming"
)
STATES: Final = dict(entry.split(" ", 1) for entry in _STATES.split(","))


def country_name(code: str) -> str:
    """The country's English name, or the code when the list has none."""
    return COUNTRIES.get(code, code)


def region_name(country: str, region: str) -> str:
    """The state's full name in the USA; elsewhere the world's own name of the region."""
    return STATES.get(region, region) if country == "US" else region
