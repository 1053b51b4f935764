"""How a shop looks to its buyers: name, logo and one color. Added, never edited: the newest counts."""

from dataclasses import dataclass
from datetime import datetime

NAME_LENGTH_MAX = 60
LOGO_WIDTH, LOGO_HEIGHT, PAPER = 150, 32, 5
"""A logo's room in the head of a page or a mail, and the paper around it, in px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One look, as somebody chose it. Empty parts are the shop's own name, no logo, Milepost's color."""

    shop_id: str
    name: str = ""
    color: str = ""  # `#rrggbb`
    logo_id: str = ""
    logo_width: int = 0  # px, as it is kept
    logo_height: int = 0
    chosen_at: datetime | None = None
    chosen_by: str = ""  # who, as the console shows it to others of the shop

    @property
    def is_plain(self) -> bool:
        """Nothing of it differs from Milepost's own look."""
        return not (self.name or self.color or self.logo_id)

    @property
    def logo_path(self) -> str:
        """Where our own site has the logo; empty without one."""
        return f"/brand/logo/{self.logo_id}.png" if self.logo_id else ""

    @property
    def logo_size(self) -> tuple[int, int]:
        """Width and height in px as it is shown, with its paper."""
        width, height = max(1, self.logo_width), max(1, self.logo_height)
        scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height, 1.0)
        return max(1, round(scale * width)) + 2 * PAPER, max(1, round(scale * height)) + 2 * PAPER


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture drawn anew; its id says nothing of the shop."""

    logo_id: str
    shop_id: str
    png: bytes
    width: int  # px
    height: int
