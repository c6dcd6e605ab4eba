"""Scores of a cross-encoder for 3,000 next lines, embedded: what the index of 9336 knows beforehand, and a test of it.

The encoder is "cross-couplets" of this package; ``tools/build_scores.py`` makes the file. Scores are whole multiples of
a step, a sixty-fourth of their standard deviation, so that the file is small; the step is in the file.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCORES_FILE = Path(__file__).parent / "couplet_scores.npz"
SCORES_SHA256 = "2c18360811cc03ccfacfd25573bc7ed96536fd7d6652aabbfd0338b30368f050"
RETRIEVAL_FILE = Path(__file__).parent / "retrieval.json"
LINES = ("items", "anchor_queries", "queries", "gold", "step", "anchor_scores", "query_scores")


@dataclass(frozen=True)
class CoupletScores:
    """First lines of couplets as queries, second lines as items, and how well the encoder thinks they go together.

    ``items``: 3,000 different even lines of test poems, those of ``famous()`` among them. ``anchor_queries``: 250 odd
    lines of training poems; ``anchor_scores`` [250, 3000] are what an index of them stores. ``queries``: 100 odd lines
    of test poems, of which the index knows nothing; ``query_scores`` [100, 3000], the truth that it looks for, and
    ``gold`` [100], the item that the poet wrote next. Scores are float32, exact to half a ``step``.
    """

    items: tuple[str, ...]
    anchor_queries: tuple[str, ...]
    queries: tuple[str, ...]
    gold: NDArray[np.int64]
    step: float
    anchor_scores: NDArray[np.float32]
    query_scores: NDArray[np.float32]

    def look_up(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Scores (N,) of N pairs (query or anchor query, item): a scorer without cost. ``KeyError`` for others."""
        rows, columns, scores = self._table
        return scores[[rows[query] for query, _ in pairs], [columns[item] for _, item in pairs]]

    @cached_property
    def _table(self) -> tuple[dict[str, int], dict[str, int], NDArray[np.float32]]:
        rows, columns = (
            {line: place for place, line in enumerate(lines)}
            for lines in ((*self.anchor_queries, *self.queries), self.items)
        )
        return rows, columns, np.concatenate([self.anchor_scores, self.query_scores])


@lru_cache(maxsize=1)
def couplet_scores() -> CoupletScores:
    """The embedded scores. ``ValueError`` when the file is damaged or not the one that the package expects."""
    stored = read_scores(SCORES_FILE)
    found = content_hash(stored)
    if found != SCORES_SHA256:
        raise ValueError(
            f"the embedded scores ({SCORES_FILE.name}): the content has SHA-256 {found}, expected {SCORES_SHA256}; "
            "reinstall the package"
        )
    items, anchor_queries, queries = (tuple(stored[name].tolist()) for name in LINES[:3])
    step = float(stored["step"])
    anchor_scores, query_scores = (stored[name].astype(np.float32) * np.float32(step) for name in LINES[5:])
    for array in (anchor_scores, query_scores, gold := stored["gold"].astype(np.int64)):
        array.setflags(write=False)
    return CoupletScores(items, anchor_queries, queries, gold, step, anchor_scores, query_scores)


def retrieval_results() -> dict[str, Any]:
    """What ``benchmarks/retrieval.py`` measured: recall by method and calls, errors, times."""
    return json.loads(RETRIEVAL_FILE.read_text(encoding="utf-8"))


def read_scores(path: Path) -> dict[str, NDArray]:
    """The arrays of a file of scores; ``ValueError`` for a damaged one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in LINES}
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise ValueError(f"the embedded scores ({path.name}): no readable npz file; reinstall ({error})") from error


def content_hash(contents: dict[str, NDArray]) -> str:
    """SHA-256 over names, shapes and content: the same on every platform, whatever the file around it."""
    digest = hashlib.sha256()
    for name in LINES:
        array = contents[name]
        words = "|".join(array.tolist()).encode() if array.dtype.kind == "U" else array.tobytes()
        digest.update(f"{name}{array.dtype.str}{array.shape}".encode() + words)
    return digest.hexdigest()
