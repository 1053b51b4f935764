"""Pages work without JavaScript: no template holds a script, a handler or a style of its own.

The browser refuses those anyway (show/security.py sends a strict Content-Security-Policy), so one here would be
a page that works on nobody's screen.
"""

import re

import pytest

from tests.tidy.tree import files, name, told

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style\b|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=|href\s*=\s*[\"']javascript:",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", files(".html", below="src/milepost/show/templates"), ids=name)
def test_a_template_holds_no_script_handler_or_style(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = [
        f"{name(path)}:{number}: {line.strip()[:90]}"
        for number, line in enumerate(lines, 1)
        if INLINE.search(line)
    ]
    assert not wrong, told(["put it into frontend/src:", *wrong])
