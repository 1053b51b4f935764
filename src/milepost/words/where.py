"""Finds the part of a sentence that names where it happened: in a bracket, after "in", at the end."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from milepost.words.concepts import lexicon
from milepost.words.spelling import LETTERS_MAX, spell
from milepost.words.weights import weights

NAME_WORDS_MAX = 6
WORDS_REMEMBERED = 20_000

_BRACKET = re.compile(r"【([^】]{1,40})】|\[([^\]]{1,40})\]|[(（]([^)）]{2,40})[)）]")
_PIECE = re.compile(
    r"[^\s,;:|/()\[\]【】（）。，、；：!！?？\"“”→]+|[,;:|/()\[\]【】（）。，、；：!！?？\"“”→]"
)
_EASTERN = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u4e00-\u9fff\uac00-\ud7af]")
_CODE = re.compile(r"[A-Z]{2,3}|[A-Z]{1,2}\d[\dA-Z]?|\d{4,6}(-\d{3,4})?|\d[A-Z]{2}")
_IN = frozenset(
    [
        "in",
        "at",
        "en",
        "em",
        "na",
        "no",
        "à",
        "a",
        "au",
        "im",
        "am",
        "bei",
        "di",
        "ad",
        "presso",
        "da",
        "of",
        "from",
        "leaving",
        "left",
        "near",
        "tại",
        "ở",
        "via",
        "of",
        "del",
    ]
)
_TO = frozenset(
    [
        "to",
        "nach",
        "towards",
        "hacia",
        "vers",
        "verso",
        "para",
        "rumo",
        "ke",
        "menuju",
        "đến",
        "tới",
        "zum",
        "zur",
        "→",
        "bound",
        "for",
        "destined",
        "next",
    ]
)
_LINK = frozenset(
    [
        "de",
        "del",
        "la",
        "las",
        "los",
        "le",
        "les",
        "el",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "am",
        "an",
        "der",
        "upon",
        "sur",
        "sous",
        "en",
        "of",
        "and",
        "y",
        "e",
        "-",
    ]
)
_OF_THE_EAST = re.compile(
    r"(转运中心|集散中心|分拨中心|处理中心|分拣中心|邮件中心|营业部|集货仓|中转仓|揽投部|分公司|交换站|"
    r"支店|営業所|センター|ベース|郵便局|交換局|配達店|物流中心|轉運中心|營業所|"
    r"우편집중국|집중국|물류센터|터미널|대리점|영업소|우체국|교환국|센터|지점|허브|"
    r"中心|网点|站点|仓库|支局|邮局|仓|站|局|所|店|倉|港|행)$"
)
_EASTERN_IN = ("ศูนย์", "สาขา", "คลัง", "ที่", "ฮับ", "ในพื้นที่", "ด่าน", "在", "从", "於", "至")


class _Name(NamedTuple):
    """A run of pieces that may name a place."""

    begin: int
    end: int
    points: int


def where(sentence: str) -> str:
    """The shortest part with the name and what distinguishes it; empty when none is found."""
    sentence = sentence[:LETTERS_MAX]
    for found in _BRACKET.finditer(sentence):
        inside = next(part for part in found.groups() if part).strip()
        if _may_name(inside):
            return _without_general_words(inside)
    names = list(_western(sentence)) or list(_eastern(sentence))
    best = max(names, key=lambda name: (name.points, -name.begin), default=None)
    if best is None or best.points <= 0:
        return ""
    return _without_general_words(sentence[best.begin : best.end])


def _western(sentence: str) -> Iterator[_Name]:
    """Runs of words with a capital that are no ordinary words."""
    pieces = [(found.group(), found.start(), found.end()) for found in _PIECE.finditer(sentence)]
    shouts = sentence.upper() == sentence
    at = 0
    while at < len(pieces):
        if not _starts_name(pieces[at][0], first=at == 0, shouts=shouts):
            at += 1
            continue
        end = _end_of_name(pieces, at)
        before = pieces[at - 1][0].casefold() if at else ""
        points = (
            1 + 2 * (before in _IN) - 3 * (before in _TO) + (end == len(pieces)) + (before in {",", "-", ":"})
        )
        yield _Name(pieces[at][1], pieces[end - 1][2], points)
        at = end


def _starts_name(word: str, *, first: bool, shouts: bool) -> bool:
    if not word[0].isupper() or _EASTERN.search(word):
        return False
    if len(word) == 1 or not _is_strange(word):
        return False
    return not (first and not shouts and len(word) < 4)


def _end_of_name(pieces: list[tuple[str, int, int]], at: int) -> int:
    end = at + 1
    while end < len(pieces) and end - at < NAME_WORDS_MAX:
        word = pieces[end][0]
        follows = pieces[end + 1][0] if end + 1 < len(pieces) else ""
        if (
            word[0].isupper() and not _EASTERN.search(word) and (_is_strange(word) or _CODE.fullmatch(word))
        ) or _CODE.fullmatch(word):
            end += 1
        elif (
            (word == "," or word.casefold() in _LINK)
            and follows[:1].isupper()
            and (_CODE.fullmatch(follows) or _is_strange(follows))
        ):
            end += 2
        else:
            break
    return end


def _eastern(sentence: str) -> Iterator[_Name]:
    """A part between blanks or marks that speaks of nothing else."""
    pieces = [found for found in _PIECE.finditer(sentence) if _EASTERN.search(found.group())]
    for number, found in enumerate(pieces):
        piece, begin = found.group(), found.start()
        for word in _EASTERN_IN:
            if piece.startswith(word) and len(piece) > len(word):
                piece, begin = piece.removeprefix(word), begin + len(word)
        bare = _OF_THE_EAST.sub("", piece)
        if bare and len(bare) <= 14 and len(pieces) > 1 and _speaks_of_nothing(bare):
            last = number == len(pieces) - 1
            yield _Name(begin, begin + len(piece), 1 + last + (bare != piece))


def _may_name(inside: str) -> bool:
    if _EASTERN.search(inside):
        return _speaks_of_nothing(_OF_THE_EAST.sub("", inside))
    words = inside.replace(",", " ").replace("-", " ").split()
    return bool(words) and words[0][0].isupper() and any(_is_strange(word) for word in words)


def _without_general_words(name: str) -> str:
    short = name.strip(" ,-:;.")
    return (_OF_THE_EAST.sub("", short) or short) if _EASTERN.search(short) else short


@lru_cache(WORDS_REMEMBERED)  # few words make most sentences
def _is_strange(word: str) -> bool:
    """No ordinary word of the languages we read."""
    plain = spell(word).plain.strip()
    return not plain.isdigit() and plain not in weights().ordinary


@lru_cache(WORDS_REMEMBERED)
def _speaks_of_nothing(piece: str) -> bool:
    return (
        bool(piece)
        and not lexicon().find(spell(piece))
        and spell(piece).plain.strip() not in weights().ordinary
    )
