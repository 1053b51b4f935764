"""Reads the maps' own path data back, so that a test can ask what lies where."""

import re

NUMBER = re.compile(r"-?\d+|[a-zA-Z]")


def rings(path):
    """The closed rings of a path of whole numbers, as lists of points."""
    found, ring, command = [], [], ""
    x = y = 0
    words = NUMBER.findall(path)
    at = 0
    while at < len(words):
        word = words[at]
        if word.isalpha():
            command = word
            at += 1
            if word == "z":
                x, y = ring[0]
            continue
        step_x, step_y = int(word), int(words[at + 1])
        at += 2
        if command in "mM":
            x, y = (step_x, step_y) if command == "M" else (x + step_x, y + step_y)
            ring = [(x, y)]
            found.append(ring)
        else:
            x, y = x + step_x, y + step_y
            ring.append((x, y))
    return found


def is_inside(rings, x, y):
    """Whether a point lies on an area drawn with the rule `evenodd`."""
    inside = False
    for ring in rings:
        before_x, before_y = ring[-1]
        for here_x, here_y in ring:
            if (here_y > y) != (before_y > y) and x < here_x + (y - here_y) * (before_x - here_x) / (
                before_y - here_y
            ):
                inside = not inside
            before_x, before_y = here_x, here_y
    return inside
