"""Signatures are compared in constant time: who measures how long a wrong one takes learns nothing."""

import ast
import re
from pathlib import Path

import milepost

SECRETLY = re.compile(r"signature|digest|expected|^ours$|^mine$|^theirs$|secret|token_hash", re.IGNORECASE)
COMPARED = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def test_what_proves_a_sender_is_never_compared_by_equals():
    """The code that is imported, not the one beside this test: a planted fault is looked at, too."""
    files = [
        path for path in sorted(Path(milepost.__file__).parent.rglob("*.py")) if "hmac" in path.read_text()
    ]
    assert len(files) >= 4, "nothing that signs was found, so this test would look for nothing"
    wrong = [
        f"{path.name}:{node.lineno}: compare it with hmac.compare_digest"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare) and is_telling(node)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rule_finds_what_it_is_for():
    assert is_telling(compare("mine == theirs.encode()"))
    assert is_telling(compare("signature(key, body) != given"))
    assert is_telling(compare("self.expected in shown"))
    assert not is_telling(compare("len(key) == KEY_BYTES"))
    assert not is_telling(compare("secret is None"))


def is_telling(node: ast.Compare) -> bool:
    """Whether a comparison ends sooner the sooner the two differ, and says something of a secret."""
    sides = [node.left, *node.comparators]
    if not any(isinstance(operator, COMPARED) for operator in node.ops):
        return False
    if any(isinstance(side, ast.Constant) for side in sides):
        return False
    return any(SECRETLY.search(name) for side in sides for name in names(side))


def names(side: ast.expr) -> list[str]:
    """What a side is called, or what is called on it; what a plain function makes of it does not count."""
    if isinstance(side, ast.Call):
        inner = side.func
        if isinstance(inner, ast.Attribute):
            return [inner.attr, *names(inner.value)]
        return names(inner)
    if isinstance(side, ast.Name):
        return [side.id]
    return [side.attr, *names(side.value)] if isinstance(side, ast.Attribute) else []


def compare(text: str) -> ast.Compare:
    """One comparison, parsed."""
    found = ast.parse(text, mode="eval").body
    assert isinstance(found, ast.Compare)
    return found
