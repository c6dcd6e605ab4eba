"""Score next lines with the shipped encoders: the file for benchmarks/retrieval.py, and the part that is embedded.

python tools/build_scores.py /tmp/couplet_scores.npz           # a few minutes on one core
python tools/build_scores.py /tmp/couplet_scores.npz --embed   # writes blogtools/data/couplet_scores.npz from it

Items are 3,000 even lines of test poems. Queries are odd lines: 250 of training poems (anchors), 150 of validation
poems (for choosing settings), 750 of test poems, whose next lines are among the items; the first 100 of these are
embedded. Scoring goes on where an interrupted run stopped.
"""

import argparse
from pathlib import Path

import numpy as np
from build_mnist import write_npz

from blogtools.data import famous, next_lines, vocabulary
from blogtools.data.couplet_scores import LINES, SCORES_FILE, SCORES_SHA256, content_hash
from blogtools.progress import progress
from blogtools.similarity import BiEncoder, CrossEncoder

SEED = 9336
ITEMS, ANCHORS, VALIDATION, TEST, EMBEDDED = 3000, 250, 150, 750, 100


def lines() -> dict[str, np.ndarray]:
    """Items and queries as texts without rare characters, ``gold`` the item that follows each test query."""
    rng = np.random.default_rng(SEED)
    queries, following, others = _lines("test", TEST, ITEMS, rng)
    ours = [line for poem in famous() for line in poem.lines[1::2]]
    items = list(dict.fromkeys(ours + following + others))[:ITEMS]
    found = {"items": [items[i] for i in rng.permutation(ITEMS)], "queries": queries}
    for name, split, n in (("anchor_queries", "train", ANCHORS), ("validation_queries", "validation", VALIDATION)):
        found[name] = _lines(split, n, n, rng)[0]
    return {name: np.array(texts) for name, texts in found.items()} | {
        "gold": np.array([found["items"].index(line) for line in following])
    }


def _lines(split: str, n: int, m: int, rng: np.random.Generator) -> tuple[list[str], list[str], list[str]]:
    """``n`` queries with the line that follows each, and ``m`` and more others."""
    drawn = next_lines(split, n + n // 5, m + m // 5, rng)
    queries, items = ([vocabulary().decode(row) for row in rows] for rows in (drawn.queries, drawn.items))
    common = [i for i, query in enumerate(queries) if "□" not in query + items[drawn.gold[i]]][:n]
    others = [item for item in items if "□" not in item]
    return [queries[i] for i in common], [items[drawn.gold[i]] for i in common], others


def score(path: Path) -> dict[str, np.ndarray]:
    """Texts, scores [1150, 3000] of anchors, validation and test queries in this order, vectors of both encoders."""
    known = lines()
    texts = np.concatenate([known[name] for name in ("anchor_queries", "validation_queries", "queries")])
    part = path.with_suffix(".part.npy")
    scores = np.full((len(texts), ITEMS), np.nan, dtype=np.float32)
    if part.exists():
        scores = np.load(part)[: len(texts)]
    cross = CrossEncoder.load("cross-couplets")
    cross.batch_size = 128
    for begin in progress(range(0, len(texts), 10), label="queries / 10"):
        if np.isnan(scores[begin]).any():
            scores[begin : begin + 10] = cross.matrix(texts[begin : begin + 10].tolist(), known["items"].tolist())
            np.save(part, scores)
    bi = BiEncoder.load("bi-couplets")
    found = known | {"scores": scores, "item_vectors": bi.encode(known["items"].tolist())}
    found["query_vectors"] = bi.encode(texts.tolist())
    write_npz(path, **found)
    part.unlink()
    return found


def embed(found: dict[str, np.ndarray]) -> None:
    """Write the embedded part, and say whether it is what the package expects."""
    scores = found["scores"]
    anchor, query = scores[:ANCHORS], scores[ANCHORS + VALIDATION :][:EMBEDDED]
    step = np.float64(f"{anchor.std() / 64:.2g}")
    rounded = [np.round(part / step).astype("<i2") for part in (anchor, query)]
    texts = [found["items"], found["anchor_queries"], found["queries"][:EMBEDDED], found["gold"][:EMBEDDED]]
    contents = dict(zip(LINES, [*texts, np.array(step), *rounded], strict=True))
    write_npz(SCORES_FILE, **contents)
    sha256 = content_hash(contents)
    agrees = "as the package expects" if sha256 == SCORES_SHA256 else f"but the package expects {SCORES_SHA256}"
    print(f"{SCORES_FILE}: {SCORES_FILE.stat().st_size} bytes, content SHA-256 {sha256}, {agrees}")


def main() -> None:
    """Score what is not scored yet; embed where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--embed", action="store_true")
    arguments = parser.parse_args()
    if arguments.path.exists():
        with np.load(arguments.path, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    else:
        found = score(arguments.path)
    if arguments.embed:
        embed(found)


if __name__ == "__main__":
    main()
