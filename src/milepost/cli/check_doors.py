"""What `milepost doctor` says of the ways by which files and mails come in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from milepost.model.setting import SettingsError
from milepost.ports.sources import SourceError
from milepost.settings import Settings
from milepost.sources.imap import ImapMailbox

Told = tuple[bool, str, str, str]
"""Whether it is well, what it is, what was found, and the fix."""


async def doors(settings: Settings) -> list[Told]:
    """The mailbox and the folder, where they are set."""
    return [*([await _mailbox(settings)] if settings.mailbox.host else []), *_folder(settings)]


async def _mailbox(settings: Settings) -> Told:
    try:
        await ImapMailbox(settings.mailbox).read(None, datetime.now(UTC).date())
    except (SourceError, SettingsError) as error:
        return False, "mailbox", str(error), "docs/use/mailbox.md"
    return True, "mailbox", "it answers, and its folder can be read", ""


def _folder(settings: Settings) -> Iterator[Told]:
    if not settings.imports.folder:
        return
    is_there = Path(settings.imports.folder).is_dir()
    found = "is there" if is_there else f"{settings.imports.folder} is not there"
    yield is_there, "imports.folder", found, "" if is_there else "make it, or name another"
