"""How much a stanza of 4 × 5 characters sounds like verse: rhyme, tones, word pairs known from training, copied lines.

Rhyme and tone are those of the Pingshui list, 106 groups of which 30 have the level tone and 76 an oblique one. A
character with several readings is in several groups, and each serves. Every function takes ids (N, 20) or a sequence
of texts of 20 characters; a character that the list lacks, or the vocabulary, neither rhymes nor fits a tone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from blogtools.data.corpus import (
    LINE,
    SPECIAL,
    STANZA,
    VOCABULARY_SIZE,
    check_count,
    check_ids,
    line_codes,
    stanzas,
    stored,
    vocabulary,
)

NO_TONE, LEVEL, OBLIQUE, EITHER = range(4)
"""Codes of ``tones``: not in the list; level; oblique; read both ways."""
LEVEL_GROUPS = 30

Verse = np.ndarray | Sequence[str]


@dataclass(frozen=True)
class Prosody:
    """Rates in [0, 1] over ``stanzas`` stanzas, as the functions of the same names give them."""

    stanzas: int
    rhymes: float
    regulated: float
    known_bigrams: float
    copies: float


def prosody(ids: Verse) -> Prosody:
    """All measures at once. Print ``random_baseline`` beside it: half of what looks like skill may be chance."""
    rows = as_ids(ids)
    return Prosody(
        len(rows), float(rhymes(rows).mean()), float(regulated(rows).mean()), known_bigrams(rows), copies(rows)
    )


def random_baseline(n: int, rng: np.random.Generator) -> Prosody:
    """The measures of ``n`` stanzas of characters drawn by their frequency in training, each alone."""
    check_count("n", n)
    count = np.bincount(stanzas("train").ids.ravel(), minlength=VOCABULARY_SIZE)[SPECIAL:]
    return prosody(SPECIAL + rng.choice(len(count), size=(n, STANZA), p=count / count.sum()))


def rhymes(ids: Verse) -> np.ndarray:
    """Bool (N,): the last characters of lines 2 and 4 share a rhyme group, and are not the same character."""
    last = as_ids(ids).reshape(-1, 4, LINE)[:, 1::2, -1]
    groups = _groups()[last]
    return (groups[:, 0] & groups[:, 1]).any(-1) & (last[:, 0] != last[:, 1])


def tones(ids: Verse) -> np.ndarray:
    """int64, the shape of ids (N, 20): ``LEVEL`` 1, ``OBLIQUE`` 2, ``EITHER`` 3, ``NO_TONE`` 0."""
    return _tones()[as_ids(ids)]


def regulated(ids: Verse) -> np.ndarray:
    """Bool (N,): characters 2 and 4 of every line differ in tone, and in a couplet those of its lines are opposite.

    So each couplet reads x y / y x at these places, with x and y level and oblique or the other way round; a
    character that can be read both ways is read as it fits. ``adhesion`` is the further rule between couplets.
    """
    fits = _fits(ids)
    couplets = fits[..., 0] | fits[..., 1]
    return couplets[:, 0] & couplets[:, 1]


def adhesion(ids: Verse) -> np.ndarray:
    """Bool (N,): ``regulated``, and the second couplet begins as the first ends: x y / y x / y x / x y."""
    fits = _fits(ids)
    return (fits[:, 0, :] & fits[:, 1, ::-1]).any(-1)


def known_bigrams(ids: Verse) -> float:
    """The share of the 16 pairs of neighbours within the lines that stand side by side in some training line."""
    rows = as_ids(ids).reshape(-1, LINE)
    return float(_among(_bigrams(rows), _training()[0]).mean())


def copies(ids: Verse) -> float:
    """The share of lines that are lines of a training stanza."""
    rows = as_ids(ids).reshape(-1, LINE)
    return float((_among(line_codes(rows), _training()[1]) & (rows >= SPECIAL).all(-1)).mean())


def as_ids(ids: Verse) -> np.ndarray:
    """Stanzas as int64 (N, 20); ``ValueError`` for none, another length, ids out of range, texts that do not encode."""
    if not isinstance(ids, str) and len(ids) and isinstance(ids[0], str):
        wrong = next((text for text in ids if len(text) != STANZA), None)
        if wrong is not None:
            raise ValueError(f"ids: the text {wrong!r} has {len(wrong)} characters, expected {STANZA}")
        return np.stack([vocabulary().encode(text) for text in ids])
    rows = check_ids(np.asarray(ids))
    if rows.ndim != 2 or rows.shape[1] != STANZA or not len(rows):
        raise ValueError(f"ids has shape {rows.shape}, expected (N, {STANZA}) with N at least 1")
    return rows


def _fits(ids: Verse) -> np.ndarray:
    """Bool (N, 2 couplets, 2): the couplet reads level oblique / oblique level, or the opposite."""
    at = tones(ids).reshape(-1, 2, 2, LINE)[..., 1::2]
    pattern = np.array([[[LEVEL, OBLIQUE], [OBLIQUE, LEVEL]], [[OBLIQUE, LEVEL], [LEVEL, OBLIQUE]]])
    return (at[:, :, None] & pattern != 0).all((-1, -2))


def _bigrams(rows: np.ndarray) -> np.ndarray:
    """One number for each pair of neighbours (n, 4); pairs with a special id get −1, which no training pair has."""
    left, right = rows[:, :-1], rows[:, 1:]
    return np.where((left >= SPECIAL) & (right >= SPECIAL), left * VOCABULARY_SIZE + right, -1)


def _among(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which of ``numbers`` are in ``known``, which ascends: what ``np.isin`` sorts anew at every call."""
    at = np.searchsorted(known, numbers).clip(max=len(known) - 1)
    return known[at] == numbers


@lru_cache(maxsize=1)
def _training() -> tuple[np.ndarray, np.ndarray]:
    """The distinct pairs of neighbours and the distinct lines of training, as numbers."""
    rows = stanzas("train").ids.reshape(-1, LINE)
    pairs = np.unique(_bigrams(rows))
    return pairs[pairs >= 0], np.unique(line_codes(rows))


@lru_cache(maxsize=1)
def _groups() -> np.ndarray:
    """For each id, one bit for each of the 106 groups that it is in: uint64 (vocabulary, 2)."""
    bits = np.zeros((VOCABULARY_SIZE, 2), dtype=np.uint64)
    place = {character: SPECIAL + number for number, character in enumerate(vocabulary().characters)}
    for group, members in enumerate(str(stored()["rhymes"]).split("|")):
        rows = [place[character] for character in members if character in place]
        bits[rows, group // 64] |= np.uint64(1 << group % 64)
    return bits


@lru_cache(maxsize=1)
def _tones() -> np.ndarray:
    groups = _groups()
    level_bits = np.uint64((1 << LEVEL_GROUPS) - 1)
    level = (groups[:, 0] & level_bits) != 0
    oblique = ((groups[:, 0] & ~level_bits) != 0) | (groups[:, 1] != 0)
    return level * LEVEL + oblique * OBLIQUE
