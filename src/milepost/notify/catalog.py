"""Which channels there are: every folder under channels/ is one, and there is no list to edit."""

import importlib
from pathlib import Path

from milepost.model.setting import SettingsError
from milepost.ports.notify import Channel, Lasting
from milepost.settings import Settings
from milepost.tongues.catalogs import OFFERED
from milepost.tongues.choosing import asked_for

CHANNELS = Path(__file__).with_name("channels")


def channels(settings: Settings) -> dict[str, Channel]:
    """Every channel by folder name, set up or not (`is_configured`); its `channel.build` makes it.

    Raises SettingsError when a channel's settings cannot be used, or its language is none that we speak.
    """
    if asked_for(settings.language) is None:
        raise SettingsError(
            f"language: {settings.language!r} is none that Milepost speaks; write one of {', '.join(OFFERED)}"
        )
    found: dict[str, Channel] = {}
    for path in sorted(CHANNELS.glob("*/channel.py")):
        module = importlib.import_module(f"{__package__}.channels.{path.parent.name}.channel")
        found[path.parent.name] = module.build(settings)
    return found


async def close(found: dict[str, Channel]) -> None:
    """Hang up wherever a channel keeps a line open."""
    for channel in found.values():
        if isinstance(channel, Lasting):
            await channel.close()
