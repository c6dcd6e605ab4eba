"""Tang poems of five characters a line, as ids: stanzas, couplets with graded labels, next lines, character vectors.

The embedded file holds 18,000 poems of four or eight lines in traditional script. A poem of eight lines gives two
stanzas of four. Splits are fixed and go by families of poems: no line of a held-out poem is a line of a training poem,
and no held-out poem has two lines that differ in one character each from lines of one training poem.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from lzma import LZMAError
from pathlib import Path

import numpy as np

POEMS_FILE = Path(__file__).parent / "tang_poems.npz"
POEMS_SHA256 = "378ad995e43ef150fc84d2be00040ec9c78708c3f0f7ce5fd6a7c9aefd6cb657"
SPLITS = ("train", "validation", "test")
KINDS = ("all", "quatrains", "halves")

PADDING, UNKNOWN, SEPARATOR, MASK = range(4)
"""Ids that are no characters: fills shorter rows; a character beyond the vocabulary; between two texts; hidden."""
SPECIAL = 4
"""The first id of a character."""
SIGNS = ("", "□", "｜", "＿")
"""How ``decode`` writes the four special ids."""
VOCABULARY_SIZE = 4096
"""With the special ids; the 4,092 characters are 99.5 % of all in the poems."""
IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
LINE = 5
STANZA = 4 * LINE


def is_character(character: str) -> bool:
    """Whether it is one CJK ideograph (of any script or extension; kana, Latin and punctuation are none)."""
    return len(character) == 1 and any(low <= ord(character) <= high for low, high in IDEOGRAPHS)


class Vocabulary:
    """Characters and their ids: ``characters[0]``, the most frequent in the poems, has id 4. ``len`` counts all ids."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self._ids = {character: SPECIAL + number for number, character in enumerate(characters)}

    def __len__(self) -> int:
        return SPECIAL + len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Ids int64 (len(text),); an ideograph beyond the vocabulary becomes ``UNKNOWN``.

        The poems are in traditional script, so simplified text comes out with holes: ask ``known`` first.
        Raises ``ValueError`` for empty text and for anything that is no CJK ideograph, spaces and punctuation included.
        """
        check_text(text)
        return np.array([self._ids.get(character, UNKNOWN) for character in text], dtype=np.int64)

    def known(self, text: str) -> bool:
        """Whether every character of the text has an id of its own; raises as ``encode`` does."""
        return bool((self.encode(text) != UNKNOWN).all())

    def decode(self, ids: np.ndarray) -> str:
        """The text of ids (n,): □ for ``UNKNOWN``, ＿ for ``MASK``, ｜ for ``SEPARATOR``, nothing for ``PADDING``."""
        row = check_ids(ids)
        if row.ndim != 1:
            raise ValueError(f"ids has shape {row.shape}, expected one row (n,)")
        return "".join(SIGNS[i] if i < SPECIAL else self.characters[i - SPECIAL] for i in row.tolist())


@dataclass(frozen=True)
class Stanzas:
    """Four lines of five characters a row: ``ids`` int64 (N, 20); ``poem`` int64 (N,), alike for halves of one poem."""

    ids: np.ndarray
    poem: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Pairs:
    """Two lines and how near they are: ``first`` and ``second`` int64 (n, 5), ``label`` int64 (n,) in 0, 1, 2."""

    first: np.ndarray
    second: np.ndarray
    label: np.ndarray


@dataclass(frozen=True)
class NextLines:
    """Search: the true next line of ``queries[i]`` (n, 5) is ``items[gold[i]]``, items (m, 5) all distinct; int64."""

    queries: np.ndarray
    items: np.ndarray
    gold: np.ndarray


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The 4,092 most frequent characters of all poems, in the order of their frequency."""
    return Vocabulary(str(stored()["characters"])[: VOCABULARY_SIZE - SPECIAL])


def poems(split: str) -> list[str]:
    """The poems of a split as text of 20 or 40 characters, rare ones included; the index is ``Stanzas.poem``."""
    characters = np.array(list(str(stored()["characters"])))
    return ["".join(characters[row]) for rows in _by_form(split) for row in rows]


def stanzas(split: str, kind: str = "all") -> Stanzas:
    """The stanzas of ``split`` ("train", "validation", "test"): "quatrains", "halves" of poems of eight, or "all"."""
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: expected one of {', '.join(KINDS)}")
    quatrains, octaves = map(_as_ids, _by_form(split))
    short, long = np.arange(len(quatrains)), len(quatrains) + np.arange(len(octaves))
    ids = {"quatrains": quatrains, "halves": octaves.reshape(-1, STANZA)}
    poem = {"quatrains": short, "halves": np.repeat(long, 2)}
    chosen = KINDS[1:] if kind == "all" else (kind,)
    return Stanzas(np.concatenate([ids[k] for k in chosen]), np.concatenate([poem[k] for k in chosen]))


def couplet_pairs(split: str, n: int, rng: np.random.Generator) -> Pairs:
    """``n`` pairs of an odd line and an even one, in random order, the three labels as equal in number as n allows.

    The second line is the couplet partner of the first (label 2), or the even line of another couplet of the same
    poem (1), or of another poem of the split (0). First lines are drawn alike for all labels, with replacement, and
    no second line of label 1 is the partner, none of label 0 a line of the poem.
    """
    check_count("n", n)
    couplets, poem = _couplets(split)
    start = np.searchsorted(poem, poem)
    size = np.searchsorted(poem, poem, side="right") - start
    codes = line_codes(couplets)
    label = rng.permutation(np.arange(n) % 3)
    first, second = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    open_ = np.arange(n)
    while len(open_):
        a = rng.integers(len(couplets), size=len(open_))
        in_poem = start[a] + (a - start[a] + rng.integers(1, size[a])) % size[a]
        b = np.choose(label[open_], [rng.integers(len(couplets), size=len(open_)), in_poem, a])
        own = np.stack([start[a] + np.minimum(k, size[a] - 1) for k in range(4)], axis=1)
        wrong = np.where(
            label[open_] == 0,
            (codes[own, 1] == codes[b, None, 1]).any(1),
            (label[open_] == 1) & (codes[a, 1] == codes[b, 1]),
        )
        first[open_], second[open_] = a, b
        open_ = open_[wrong]
    return Pairs(couplets[first, 0], couplets[second, 1], label)


def next_lines(split: str, n_queries: int, n_items: int, rng: np.random.Generator) -> NextLines:
    """``n_queries`` odd lines and ``n_items`` distinct even lines, in random order, among them each query's next.

    Queries are distinct and have one next line only: neither of the two lines comes again in the split. Raises
    ``ValueError`` when the split does not have so many, or for fewer items than queries.
    """
    check_count("n_queries", n_queries)
    check_count("n_items", n_items)
    couplets, _ = _couplets(split)
    codes = line_codes(couplets)
    once = np.ones(len(couplets), dtype=bool)
    for column in range(2):
        _, inverse, count = np.unique(codes[:, column], return_inverse=True, return_counts=True)
        once &= count[inverse] == 1
    single = rng.permutation(np.flatnonzero(once))
    if not n_queries <= min(n_items, len(single)):
        raise ValueError(f"n_queries={n_queries}: expected at most n_items={n_items} and {len(single)} ({split})")
    _, distinct = np.unique(codes[:, 1], return_index=True)
    if n_items > len(distinct):
        raise ValueError(f"n_items={n_items}: expected at most {len(distinct)}, the distinct even lines of {split}")
    asked = single[:n_queries]
    others = rng.permutation(np.setdiff1d(distinct, asked))[: n_items - n_queries]
    order = rng.permutation(n_items)
    items = couplets[np.concatenate([asked, others])[order], 1]
    return NextLines(couplets[asked, 0], items, np.argsort(order)[:n_queries])


def character_vectors(width: int = 128) -> np.ndarray:
    """float32 (vocabulary, width): what stands beside a character in the training stanzas, by an SVD of the PMI.

    Neighbours are the characters within two places in the same line and the one in the same place of the couplet's
    other line. Positive pointwise mutual information, its first ``width`` singular vectors times the root of their
    values. Rows of the special ids, and of characters that training lacks, are zero.
    """
    if not 1 <= width <= 512:
        raise ValueError(f"width={width}: expected 1 to 512")
    return _vectors(width).copy()


@lru_cache(maxsize=2)
def _vectors(width: int) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import svds

    rows = stanzas("train").ids.reshape(-1, 2, LINE)
    near = [(rows[:, 0], rows[:, 1])] + [(rows[..., :-gap], rows[..., gap:]) for gap in (1, 2)]
    a, b = (np.concatenate([pair[side].ravel() for pair in near]) for side in range(2))
    kept = (a >= SPECIAL) & (b >= SPECIAL)
    a, b = np.concatenate([a[kept], b[kept]]), np.concatenate([b[kept], a[kept]])
    count = coo_array((np.ones(len(a)), (a, b)), shape=(VOCABULARY_SIZE, VOCABULARY_SIZE))
    count.sum_duplicates()
    total = np.bincount(a, minlength=VOCABULARY_SIZE)
    information = np.log(count.data * len(a) / (total[count.row] * total[count.col]))
    positive = coo_array((np.maximum(information, 0.0), (count.row, count.col)), shape=count.shape).tocsr()
    left, values, _ = svds(positive, k=width, v0=np.ones(VOCABULARY_SIZE))
    order = np.argsort(-values)
    vectors = left[:, order] * np.sqrt(values[order])
    vectors[total == 0] = 0.0
    largest = vectors[np.abs(vectors).argmax(0), np.arange(width)]
    return (vectors * np.sign(largest)).astype(np.float32)


def line_codes(ids: np.ndarray) -> np.ndarray:
    """Ids (..., 5) as one int64 a line, unlike for unlike lines."""
    return ids.astype(np.int64) @ (VOCABULARY_SIZE ** np.arange(LINE, dtype=np.int64))


def check_ids(ids: np.ndarray) -> np.ndarray:
    """``ids`` as int64; ``ValueError`` unless they are integers below ``VOCABULARY_SIZE``."""
    array = np.asarray(ids)
    if array.dtype.kind not in "iu":
        raise ValueError(f"ids has dtype {array.dtype}, expected integers")
    if array.size and not (array.min() >= 0 and array.max() < VOCABULARY_SIZE):
        raise ValueError(f"ids lie in {array.min()} … {array.max()}, expected 0 … {VOCABULARY_SIZE - 1}")
    return array.astype(np.int64)


def check_text(text: str) -> None:
    """``ValueError`` for empty text, and for the first character that is no CJK ideograph."""
    if not text:
        raise ValueError("text='': expected at least one character")
    for place, character in enumerate(text):
        if not is_character(character):
            raise ValueError(f"text={text!r}: {character!r} at place {place} is no CJK ideograph")


def check_count(name: str, n: int) -> None:
    """``ValueError`` unless ``n`` is at least 1."""
    if n < 1:
        raise ValueError(f"{name}={n}: expected an integer of at least 1")


def check_split(split: str) -> None:
    """``ValueError`` naming the splits."""
    if split not in SPLITS:
        raise ValueError(f"split={split!r}: expected one of {', '.join(SPLITS)}")


def content_hash(contents: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over names, shapes and content: the same on every platform, whatever the file around it."""
    digest = hashlib.sha256()
    for name, array in contents.items():
        content = (
            "|".join(array.ravel().tolist()).encode() if array.dtype.kind == "U" else array.astype("<u2").tobytes()
        )
        digest.update(f"{name}{array.shape}".encode() + content)
    return digest.hexdigest()


def stored() -> Mapping[str, np.ndarray]:
    """The arrays of the embedded file. ``ValueError`` when it is damaged or not the one that the package expects.

    ``characters`` of all poems by frequency; ``{split}_quatrains`` (n, 20) and ``{split}_octaves`` (n, 40) uint16,
    places in ``characters``; ``groups``, the names of the 106 rhyme groups, and ``rhymes``, their characters.
    """
    return _read(POEMS_FILE)


@lru_cache(maxsize=1)
def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            contents = {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, KeyError, ValueError) as error:
        raise ValueError(f"the embedded poems ({path.name}): no readable npz file; reinstall ({error})") from error
    found = content_hash(contents)
    if found != POEMS_SHA256:
        raise ValueError(
            f"the embedded poems ({path.name}): the content has SHA-256 {found}, expected {POEMS_SHA256}; "
            "reinstall the package"
        )
    return contents


def _by_form(split: str) -> tuple[np.ndarray, np.ndarray]:
    check_split(split)
    return stored()[f"{split}_quatrains"], stored()[f"{split}_octaves"]


def _as_ids(places: np.ndarray) -> np.ndarray:
    ids = places.astype(np.int64) + SPECIAL
    return np.where(ids < VOCABULARY_SIZE, ids, UNKNOWN)


@lru_cache(maxsize=3)
def _couplets(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Couplets (n, 2, 5) and the poem (n,) of each, ascending."""
    parts = stanzas(split)
    return parts.ids.reshape(-1, 2, LINE), np.repeat(parts.poem, 2)
