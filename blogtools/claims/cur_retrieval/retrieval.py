"""Section "Faster retrieval": cache (slip1), cost (claim4), re-ranking (claim5), anchors (claim6)."""

import functools
from typing import Any

import numpy as np

from blogtools.claims.cur_retrieval import known
from blogtools.data.couplet_scores import couplet_scores
from blogtools.ledger import Entry, Exact, Experiment, Open
from blogtools.similarity import CUR, CURIndex, topk_recall

SECTION = "Faster retrieval"
CUT = 3e-2


def asked_by_package(V: int, U: int, K: int, slip: str = "") -> list[int]:
    """Calls beforehand, and a query, that the package's index says it has made."""
    rng = np.random.default_rng(V)
    S = rng.normal(size=(V + 3, K))
    index = CURIndex(lambda pairs: [S[q, k] for q, k in pairs], range(K), range(V), choice="random", rounds=1)
    spent = {"": U, "one more": U + 1, "all items": K}[slip]
    index.search([V, V + 1, V + 2], 1, spent, anchors=U)
    return [index.offline_calls, index.calls // 3]


def multiplications(U: int, K: int) -> int:
    """Products of two numbers in (scores with U) · (G H), counted as they are made."""

    class Number(float):
        made = 0

        def __mul__(self, other: float) -> "Number":
            Number.made += 1
            return Number(float(self) * float(other))

    cached = np.array([[Number(u - k) for k in range(K)] for u in range(U)], dtype=object)
    np.dot(np.array([Number(1.0)] * U, dtype=object), cached)
    return Number.made


def cached_shape(V: int, U: int, K: int, name: str) -> list[int]:
    """Shape of the matrix that eq2 calls by this name."""
    return {"G": [U, V], "H": [V, K], "F": [1, U], "GH": [U, K]}[name]


def scores_of_representatives(V: int, U: int, K: int) -> list[int]:
    """Shape of what the package keeps of the scores of V with all K."""
    return list(CUR(np.random.default_rng(0).normal(size=(V, K)), range(V), range(U)).H.shape)


def anchors_alone(part: int, anchors: int = 100, choice: str = "qr") -> np.ndarray:
    """The ten best ids by the estimates from 100 anchors: nothing is re-ranked. [10, 10]."""
    index = known.index(False, choice=choice, rounds=1, rcond=CUT)
    found = []
    for query in known.queries(part):
        estimate = index.trace(query, anchors + 1, anchors).estimate
        assert estimate is not None
        found.append(np.argsort(-estimate)[:10])
    return np.array(found)


@functools.cache
def recall(part: int, budget: int = 100, over_encoder: bool = False, **settings: Any) -> float:
    """Mean Top-10 recall of ten queries, by a search of the package."""
    index = known.index(over_encoder, **{"rcond": CUT, "rounds": 1} | settings)
    return float(topk_recall(index.search(known.queries(part), 10, budget)[1], known.truth(part), 10).mean())


def without_re_ranking(part: int, anchors: int = 100) -> float:
    """Mean Top-10 recall of the estimates themselves."""
    return float(topk_recall(anchors_alone(part, anchors), known.truth(part), 10).mean())


def gain(part: int, over: dict[str, Any], than: dict[str, Any]) -> float:
    """Recall with some settings, less that with others."""
    return recall(part, **over) - recall(part, **than)


def gain_of_re_ranking(part: int, anchors: int = 50) -> float:
    """Recall at 100 calls when only ``anchors`` of them estimate, less that of estimates from 100."""
    if anchors < 50:
        return without_re_ranking(part, anchors) - without_re_ranking(part)
    return recall(part, 100, share=anchors / 100) - without_re_ranking(part)


@functools.cache
def by_chance(seed: int, choice: str = "random", rounds: int = 1, budget: int = 100) -> float:
    """Mean Top-10 recall of all hundred queries at 100 calls, with random anchors of this seed, or by another rule."""
    index = known.index(False, choice=choice, rounds=rounds, rcond=CUT, seed=seed)
    scores = couplet_scores()
    return float(topk_recall(index.search(scores.queries, 10, budget)[1], scores.query_scores, 10).mean())


def gain_of_clusters(seed: int, **settings: Any) -> float:
    """The same with the items nearest to the centres of clusters, less that with random anchors."""
    return by_chance(seed, **{"choice": "k-means"} | settings) - by_chance(seed)


ENTRIES = [
    Entry(
        id="9336.claim4",
        kind="algorithm",
        latex=r"\mathcal O(|\mathcal K|)\ \to\ \mathcal O(|\mathcal U|)",
        says="a query costs |U| calls of the scorer in place of |K|, after |V||K| beforehand",
        section=SECTION,
        evidence=(
            Exact(
                statement=asked_by_package,
                against=lambda V, U, K: [V * K, U],
                witnesses=({"V": 2, "U": 1, "K": 9}, {"V": 6, "U": 4, "K": 30}, {"V": 3, "U": 12, "K": 40}),
                mutants={slip: functools.partial(asked_by_package, slip=slip) for slip in ("one more", "all items")},
                about="as counted by the package's index",
            ),
            Exact(
                statement=lambda U, K: U * K,
                against=multiplications,
                witnesses=({"U": 1, "K": 7}, {"U": 5, "K": 40}),
                mutants={"K alone": lambda U, K: K, "U alone": lambda U, K: U},
                about="beside them one matrix product: |U||K| multiplications, counted one by one",
            ),
        ),
    ),
    Entry(
        id="9336.slip4",
        kind="order",
        latex=r"\text{search by inner product}\ \approx\ \mathcal O(1)",
        says="a flat search costs |U||K| multiplications: cheap ones, but twice as many for twice the items",
        section="Errata and remarks",
        corrected_by="9336.claim4",
        evidence=(
            Exact(
                statement=lambda U, K: 1,
                amended=lambda U, K: 2,
                against=lambda U, K: multiplications(U, 2 * K) // multiplications(U, K),
                witnesses=({"U": 1, "K": 10}, {"U": 6, "K": 25}),
                about="multiplications for twice the items, in parts of those for the items",
            ),
        ),
    ),
    Entry(
        id="9336.slip1",
        kind="identity",
        latex=r"\boldsymbol G=\bigl(s(v,k)\bigr)_{v\in\mathcal V,\,k\in\mathcal K}",
        says="the scores of V with all items are H, not G as the recipe says; what is cached is GH",
        section="Errata and remarks",
        corrected_by="9336.eq3",
        evidence=(
            Exact(
                statement=functools.partial(cached_shape, name="G"),
                amended=functools.partial(cached_shape, name="H"),
                against=scores_of_representatives,
                witnesses=({"V": 3, "U": 2, "K": 9}, {"V": 4, "U": 4, "K": 7}),
                about="the shape, by the letters of eq2",
            ),
        ),
    ),
    Entry(
        id="9336.claim5",
        kind="experiment",
        latex="",
        says="recall with CUR, then re-rank with true scores: better than estimates alone at equal calls",
        section=SECTION,
        timeout=240,
        evidence=(
            Experiment(
                statement=gain_of_re_ranking,
                against=0.0,
                side="above",
                seeds=known.PARTS,
                mutants={"25 anchors and no re-ranking": functools.partial(gain_of_re_ranking, anchors=25)},
                about="Top-10 recall of 100 test queries, 50 anchors and 50 re-ranked, less that by 100 anchors",
            ),
        ),
    ),
    Entry(
        id="9336.claim6",
        kind="experiment",
        latex="",
        says="representatives taken at random are usual and serve: far above choosing the answers at random",
        section=SECTION,
        timeout=240,
        evidence=(
            Experiment(
                statement=by_chance,
                against=0.1 + 100 / 3000,
                side="above",
                mutants={"chance": lambda seed: 100 / 3000},
                about="Top-10 recall at 100 of 3,000 calls, five choices of anchors",
            ),
        ),
    ),
    Entry(
        id="9336.claim6.clusters",
        kind="experiment",
        latex="",
        says="the items nearest to cluster centres, which the post proposes, are within five points of chance here",
        section=SECTION,
        timeout=240,
        evidence=(
            Experiment(
                statement=gain_of_clusters,
                against=0.05,
                side="below",
                seeds=range(10),
                mutants={"five rounds": functools.partial(gain_of_clusters, choice="qr", rounds=5)},
                about="Top-10 recall at 100 calls by k-means, less that by random anchors; ten choices of each",
            ),
            Experiment(
                statement=gain_of_clusters,
                against=-0.05,
                side="above",
                seeds=range(10),
                mutants={"half the calls": functools.partial(gain_of_clusters, budget=50)},
                about="nor five points below",
            ),
        ),
    ),
    Entry(
        id="9336.fig2",
        kind="figure",
        latex="",
        says="the paper's curves of recall against calls, on its own data and encoders",
        section=SECTION,
        open=Open(
            "its encoders and its entity descriptions are not here; arXiv 2210.12579 has them",
            "running the published code on the published data; our own curves are 9336.fig2.own",
        ),
    ),
]
