"""Find the story files: the sandbox's own, and those of a folder a user adds."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from milepost_sandbox.stories.format import read_story
from milepost_sandbox.stories.words import Story, StoryError

STORIES_MAX: Final = 1_000


def own_stories() -> dict[str, Story]:
    """The stories that come with the sandbox, by name."""
    folder = resources.files("milepost_sandbox.stories")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".txt")), key=lambda f: f.name)
    return {_name(f.name): read_story(_name(f.name), f.read_text("utf-8")) for f in files}


def all_stories(folder: Path | None = None) -> tuple[Story, ...]:
    """Our own stories and those in `folder`; one of the same name replaces ours. In the order of their names.

    Raises StoryError when the folder is none, holds no story, or one cannot be read.
    """
    stories = own_stories()
    if folder is not None:
        stories.update(_folder_stories(folder))
    return tuple(stories[name] for name in sorted(stories))


def _folder_stories(folder: Path) -> dict[str, Story]:
    if not folder.is_dir():
        raise StoryError(f"{folder} is no folder")
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise StoryError(f"{folder} holds no story: files that end in .txt")
    if len(files) > STORIES_MAX:
        raise StoryError(f"{folder} holds more than {STORIES_MAX} stories")
    found: dict[str, Story] = {}
    for file in files:
        try:
            found[_name(file.name)] = read_story(_name(file.name), file.read_text("utf-8"))
        except UnicodeDecodeError as error:
            raise StoryError(f"{file}: not UTF-8 text") from error
    return found


def _name(file_name: str) -> str:
    return file_name.removesuffix(".txt")
