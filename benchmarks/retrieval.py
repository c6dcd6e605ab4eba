"""Top-k recall at equal calls of the scorer, for each way to search 3,000 next lines; clock and break-even beside it.

python tools/build_scores.py /tmp/couplet_scores.npz   # minutes: 1,150 queries × 3,000 items
python benchmarks/retrieval.py /tmp/couplet_scores.npz # prints, writes results and the package's copy

Settings (share of the anchors, rounds, cut-off) are chosen for each method by Top-10 recall at 100 calls on 150
validation queries, then frozen. Recall is on 750 test queries in five sets of 150; the interval is Student's, 95 %,
over the five means, so it holds for new queries and, with random anchors, for new seeds: each set has its own.
"""

import argparse
import itertools
import json
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from blogtools.data.couplet_scores import RETRIEVAL_FILE
from blogtools.nets.files import write_whole
from blogtools.progress import progress
from blogtools.similarity import (
    ANCHORS,
    CUR,
    CURIndex,
    best_core,
    relative_error,
    svd_limit,
    topk_recall,
)

RESULTS = Path(__file__).parent / "results" / "retrieval.json"
BUDGETS = (25, 50, 100, 200, 400)
TOPS = (1, 10, 50)
SETS = 5
CUTS = (1e-3, 1e-2, 3e-2)
SHARES = (0.3, 0.5, 0.7, 0.85)
GRIDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "bi-encoder, re-ranked": {"choice": ("encoder",), "rounds": (1,), "share": (1.0,)},
    "random anchors": {"choice": ("random",), "rounds": (1,), "share": SHARES, "rcond": CUTS},
    "k-means anchors": {"choice": ("k-means",), "rounds": (1,), "share": SHARES, "rcond": CUTS},
    "leverage anchors": {"choice": ("leverage",), "rounds": (1,), "share": SHARES, "rcond": CUTS},
    "pivoted-QR anchors": {"choice": ("qr",), "rounds": (1,), "share": SHARES, "rcond": CUTS},
    "adaptive anchors": {"choice": ("qr",), "rounds": (5,), "share": SHARES[1:], "rcond": CUTS[1:]},
    "random anchors, over the bi-encoder": {"choice": ("random",), "rounds": (1,), "share": SHARES, "rcond": CUTS},
    "adaptive anchors, over the bi-encoder": {
        "choice": ("encoder",), "rounds": (5,), "share": SHARES[1:], "rcond": CUTS[1:],
    },
}  # fmt: skip
"""Methods by name, each with the settings to choose from."""
WITH_ENCODER = ("bi-encoder, re-ranked", "random anchors, over the bi-encoder", "adaptive anchors, over the bi-encoder")


class Known:
    """Stored scores as scorer and encoder of an index: queries are whole numbers from 0, items from ``FIRST_ITEM``."""

    FIRST_ITEM = 10_000

    def __init__(self, path: Path, anchors: int, validation: int) -> None:
        with np.load(path, allow_pickle=False) as archive:
            self.scores = archive["scores"].astype(np.float64)
            self.vectors = {False: archive["query_vectors"], True: archive["item_vectors"]}
        self.anchors = range(anchors)
        self.validation = np.arange(anchors, anchors + validation)
        self.sets = np.array_split(np.arange(anchors + validation, len(self.scores)), SETS)
        self.items = range(self.FIRST_ITEM, self.FIRST_ITEM + self.scores.shape[1])

    def scorer(self, pairs: list[tuple[int, int]]) -> np.ndarray:
        """Scores of pairs, looked up."""
        query, item = np.array(pairs).T
        return self.scores[query, item - self.FIRST_ITEM]

    def encoder(self, numbers: list[int]) -> np.ndarray:
        """Vectors of queries or of items."""
        item = numbers[0] >= self.FIRST_ITEM
        return self.vectors[item][np.array(numbers) - item * self.FIRST_ITEM]

    def index(self, encoder: bool, queries: int | None = None) -> CURIndex:
        """Of the first ``queries`` anchor queries, all where None."""
        rows = self.anchors[:queries]
        return CURIndex(
            self.scorer, self.items, rows, encoder=self.encoder if encoder else None, scores=self.scores[rows]
        )

    def recall(self, index: CURIndex, queries: np.ndarray, budget: int, tops: tuple[int, ...] = TOPS) -> list[float]:
        """Mean Top-k recall for each k; NaN for a k above the budget."""
        ids = index.search(queries.tolist(), min(max(tops), budget), budget)[1]
        truth = self.scores[queries]
        return [float(topk_recall(ids, truth, k).mean()) if k <= budget else float("nan") for k in tops]


def choose(known: Known, index: CURIndex, grid: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    """The settings with the best Top-10 recall at 100 calls on the validation queries, and that recall."""
    best: tuple[float, dict[str, Any]] = (-1.0, {})
    for values in progress(list(itertools.product(*grid.values())), label="settings"):
        chosen = dict(zip(grid, values, strict=True))
        found = known.recall(index.with_settings(**chosen), known.validation, 100, (10,))[0]
        best = max(best, (found, chosen), key=lambda pair: pair[0])
    return {"settings": best[1], "validation": best[0]}


def spread(values: list[float]) -> dict[str, float]:
    """Mean and half-width of the 95 % interval over the sets."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return {"mean": round(float(np.mean(values)), 4), "half": round(float(half), 4)}


def curve(known: Known, index: CURIndex, budgets: tuple[int, ...] = BUDGETS) -> list[dict[str, Any]]:
    """Recall by budget with intervals, each test set with a seed of its own."""
    rows = []
    for budget in progress(budgets, label="budgets"):
        sets = [
            known.recall(index.with_settings(seed=seed), queries, budget) for seed, queries in enumerate(known.sets)
        ]
        rows.append(
            {"calls": budget}
            | {f"top {k}": spread(list(v)) for k, v in zip(TOPS, zip(*sets, strict=True), strict=True) if k <= budget}
        )
    return rows


def without_pool(known: Known, index: CURIndex, budget: int) -> dict[str, float]:
    """Top-10 recall as published: the anchors' scores only estimate, and the answer comes from the re-ranked alone."""
    sets = []
    for seed, queries in enumerate(known.sets):
        index = index.with_settings(seed=seed)
        anchors = max(1, round(index.settings.share * budget))
        found = []
        for query in queries.tolist():
            estimate = index.trace(query, budget, anchors).estimate
            assert estimate is not None
            best = np.argsort(-estimate)[: budget - anchors]
            found.append(best[np.argsort(-known.scores[query, best])][:10])
        sets.append(float(topk_recall(np.array(found), known.scores[queries], 10).mean()))
    return spread(sets)


def limit(known: Known, rank: int, budget: int) -> dict[str, float]:
    """Top-10 recall when the best ``rank`` right singular vectors of R see all of the query's scores: no search can.

    The query's scores are projected on them, and the best ``budget`` of the projection re-ranked.
    """
    R = known.scores[known.anchors]
    mean = R.mean()
    basis = np.linalg.svd(R - mean, full_matrices=False)[2][:rank]
    sets = []
    for queries in known.sets:
        truth = known.scores[queries] - mean
        best = np.argsort(-(truth @ basis.T) @ basis, axis=1)[:, :budget]
        order = np.argsort(-np.take_along_axis(truth, best, 1), axis=1)[:, :10]
        sets.append(float(topk_recall(np.take_along_axis(best, order, 1), truth, 10).mean()))
    return spread(sets)


def singular(known: Known) -> list[dict[str, Any]]:
    """Top-10 recall with 100 re-ranked after 25 to 500 random anchors, by cut-off and centring; |V| = 250."""
    index, rows = known.index(False), []
    for anchors in (25, 50, 100, 150, 200, 250, 300, 400, 500):
        row: dict[str, Any] = {"anchors": anchors}
        for name, center, rcond in (
            ("none", False, None), ("raw 1e-3", False, 1e-3), ("raw 1e-2", False, 1e-2),
            ("centred 1e-3", True, 1e-3), ("centred 1e-2", True, 1e-2), ("centred 3e-2", True, 3e-2),
        ):  # fmt: skip
            sets = []
            for seed, queries in enumerate(known.sets):
                other = index.with_settings(choice="random", rounds=1, center=center, rcond=rcond, seed=seed)
                ids = other.search(queries.tolist(), 10, anchors + 100, anchors)[1]
                sets.append(float(topk_recall(ids, known.scores[queries], 10).mean()))
            row[name] = spread(sets)
        rows.append(row)
    return rows


def errors(known: Known) -> list[dict[str, Any]]:
    """Relative errors of 250 × 3000 scores by rank: SVD, and CUR from as many rows and columns by each rule."""
    R, rows = known.scores[known.anchors], []
    for rank in (5, 10, 20, 40, 80, 120):
        row: dict[str, Any] = {"rank": rank, "SVD": round(relative_error(R, svd_limit(R, rank)), 4)}
        for name, rule in ANCHORS.items():
            found: dict[str, list[float]] = {"pinv": [], "cut": [], "core": []}
            for seed in range(3):
                rng = np.random.default_rng(seed)
                columns, lines = rule(R, rank, rng), rule(R.T, rank, rng)
                found["pinv"].append(relative_error(R, CUR(R, lines, columns).reconstruct()))
                parts = CUR(R, lines, columns, rcond=3e-2)
                found["cut"].append(relative_error(R, parts.reconstruct()))
                core = best_core(R, lines, columns)
                found["core"].append(relative_error(R, parts.F @ core @ parts.H + parts.mean))
            row[name] = {kind: round(float(np.median(values)), 4) for kind, values in found.items()}
        rows.append(row)
    return rows


def clock(known: Known, index: CURIndex) -> dict[str, float]:
    """Milliseconds of one core: of a call of the shipped cross-encoder in batches, and of a search beside its calls."""
    from blogtools.data.couplet_scores import couplet_scores
    from blogtools.similarity import CrossEncoder

    texts, encoder = couplet_scores(), CrossEncoder.load("cross-couplets")
    begin = time.process_time()
    encoder.matrix(texts.queries[:2], texts.items)
    call = (time.process_time() - begin) / (2 * len(texts.items))
    found: dict[str, float] = {"call": round(1000 * call, 4)}
    for budget in (100, 200):
        begin = time.process_time()
        index.search(known.sets[0][:64].tolist(), 10, budget)
        found[f"search beside {budget} calls"] = round(1000 * (time.process_time() - begin) / 64, 2)
    return found


def measure(known: Known) -> dict[str, Any]:
    """Everything."""
    plain, over = known.index(False), known.index(True)
    methods: dict[str, Any] = {}
    for name, grid in GRIDS.items():
        index = over if name in WITH_ENCODER else plain
        chosen = choose(known, index, grid)
        methods[name] = chosen | {"recall": curve(known, index.with_settings(**chosen["settings"]))}
        print(name, chosen, flush=True)
    random = plain.with_settings(**methods["random anchors"]["settings"])
    best = over.with_settings(**methods["adaptive anchors, over the bi-encoder"]["settings"])
    few = []
    for queries in (25, 50, 100, 175, 250):
        index = known.index(True, queries).with_settings(**methods["adaptive anchors, over the bi-encoder"]["settings"])
        sets = [known.recall(index, s, 100, (10,))[0] for s in known.sets]
        few.append({"anchor queries": queries, "top 10": spread(sets)})
    times = clock(known, best)
    size = known.scores.shape[1]
    return {
        "items": size, "anchor queries": len(known.anchors), "machine": platform.processor() or platform.machine(),
        "methods": methods,
        "pool": {str(b): without_pool(known, random, b) for b in (50, 100, 200)},
        "limit": {f"rank 50, {b} calls": limit(known, 50, b) for b in (50, 100, 200)},
        "anchor queries needed": few,
        "singular": singular(known),
        "errors": errors(known),
        "milliseconds": times,
        "offline calls": len(known.anchors) * size,
        "break-even queries at 100 calls": round(len(known.anchors) * size / (size - 100), 1),
    }  # fmt: skip


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", type=Path)
    parser.add_argument("--out", type=Path, nargs="*", default=[RESULTS, RETRIEVAL_FILE])
    arguments = parser.parse_args()
    found = measure(Known(arguments.scores, 250, 150))
    content = (json.dumps(found, indent=1) + "\n").encode()
    for path in arguments.out:
        write_whole(path, content)
    for name, method in found["methods"].items():
        cells = [f"{100 * row['top 10']['mean']:.1f} ± {100 * row['top 10']['half']:.1f}" for row in method["recall"]]
        print("|", " | ".join([name, *cells]), "|")


if __name__ == "__main__":
    main()
