"""Search with a slow scorer in a few calls: ANNCUR (9336) and its adaptive form (ADACUR, arXiv 2305.02996).

Known beforehand: the scores R of some anchor queries 𝒱 with all items, |𝒱| |𝒦| calls once. A new query is scored
with a few anchor items 𝒰; the weights w that explain these scores by those of the anchor queries, w = s(q, 𝒰) G with
G the pseudo-inverse of R[:, 𝒰], estimate all its scores as w R: one inner-product search. The best of them are scored
truly. Taking the anchors in several rounds, each where the last one saw the highest scores, is the adaptive form.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blogtools.similarity.anchors import ANCHORS
from blogtools.similarity.cur import pseudo_inverse, require_matrix, require_whole
from blogtools.similarity.inner import InnerProduct
from blogtools.similarity.stored import read_index, write_index

Scorer = Callable[[list[tuple[Any, Any]]], Any]
Encoder = Callable[[list[Any]], Any]
Floats = NDArray[np.float32]
Places = NDArray[np.int64]
CHUNK = 64


@dataclass(frozen=True)
class Settings:
    """How an index searches; all can be changed on an index that is there, by ``with_settings``.

    ``choice``: where the first anchors come from, a key of ``ANCHORS``, or "encoder": those that the encoder ranks
    highest for this query. ``rounds``: in how many batches the anchors are taken, 1 for ANNCUR, more for ADACUR.
    ``share``: the part of the budget that goes to anchors, the rest re-ranks; 1 with one round and "encoder" is the
    usual bi-encoder with re-ranking. ``rcond`` and ``center`` as in ``CUR``. ``seed``: of the choices by chance.
    """

    choice: str = "qr"
    rounds: int = 5
    share: float = 0.5
    rcond: float | None = 1e-2
    center: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.choice != "encoder" and self.choice not in ANCHORS:
            raise ValueError(f"choice = {self.choice!r} must be one of {', '.join(ANCHORS)} or encoder")
        require_whole("rounds", self.rounds, 1, 10**6)
        require_whole("seed", self.seed, 0, 2**63 - 1)
        if isinstance(self.share, bool) or not 0 < self.share <= 1:
            raise ValueError(f"share = {self.share!r} must be a number above 0 and up to 1")
        if self.rcond is not None and (isinstance(self.rcond, bool) or not 0 <= self.rcond < 1):
            raise ValueError(f"rcond = {self.rcond!r} must be None or a number in [0, 1)")
        if not isinstance(self.center, bool):
            raise ValueError(f"center = {self.center!r} must be True or False")


@dataclass(frozen=True)
class Trace:
    """One search, call by call: ``ids`` [calls] in the order of scoring, their true ``scores``, and the ``rounds``.

    Rounds count from 0; the last number is the re-ranking. ``estimate`` [N]: the approximate score of every item, from
    the anchors alone; None where nothing was estimated.
    """

    ids: Places
    scores: NDArray[np.float64]
    rounds: Places
    estimate: NDArray[np.float64] | None


class CURIndex:
    """Finds the best items for a query by a slow scorer, within a budget of its calls.

    scorer: list of B pairs (query, item) -> B finite scores, such as ``CrossEncoder.predict``. A pair is scored at most
        once a search. What it raises (a text that is no text) comes through.
    items: what is searched, at least one; ``anchor_queries``: queries like those to come, at least one.
    encoder: list of n texts -> vectors [n, d], such as ``BiEncoder.encode``, for queries and items alike. With it the
        index works on what an affine fit a⟨e_q, e_k⟩ + b of the scores leaves over.
    scores: the scores [|anchor_queries|, |items|] if they are known, which saves |anchor_queries| |items| calls.
    backend: as in :class:`InnerProduct`. ``settings``: the fields of :class:`Settings`; without ``choice`` the first
        anchors come from the encoder if there is one, else from pivoted QR.

    ``calls`` counts the pairs that searches have scored, ``offline_calls`` those of building, adding and loading.
    ``ValueError`` for a setting or a score that is none (the message names the pair), and for empty lists.
    """

    def __init__(
        self,
        scorer: Scorer,
        items: Sequence[Any],
        anchor_queries: Sequence[Any],
        *,
        encoder: Encoder | None = None,
        scores: ArrayLike | None = None,
        backend: str | None = None,
        **settings: Any,
    ) -> None:
        self.scorer, self.encoder, self.backend = scorer, encoder, backend
        self.calls = self.offline_calls = 0
        self.anchor_queries = _listed("anchor_queries", anchor_queries)
        self.settings = _checked(encoder, {"choice": "qr" if encoder is None else "encoder"} | settings)
        self.items: list[Any] = []
        self.scores = np.empty((len(self.anchor_queries), 0), dtype=np.float32)
        self._width: int | None = None
        self._query_vectors = self._embed(self.anchor_queries)
        self._width = self._query_vectors.shape[1]
        self._item_vectors = np.empty((0, self._width), dtype=np.float32)
        self._append(_listed("items", items), scores)

    def __len__(self) -> int:
        return len(self.items)

    def add(self, items: Sequence[Any], scores: ArrayLike | None = None) -> None:
        """Append ``items``; their ids go on from those there are. |anchor_queries| calls for each, or the ``scores``.

        The index is afterwards the one that all items together would have made.
        """
        self._append(_listed("items", items), scores)

    def with_settings(self, **settings: Any) -> "CURIndex":
        """An index of the same items and scores with some settings changed: no calls; its counters start at 0."""
        other = CURIndex.__new__(CURIndex)
        other.__dict__.update(self.__dict__)
        other.calls = other.offline_calls = 0
        other.settings = _checked(self.encoder, asdict(self.settings) | settings)
        other._build()
        return other

    def search(
        self, queries: Sequence[Any], k: int, budget: int, anchors: int | None = None
    ) -> tuple[NDArray[np.float64], Places]:
        """(scores [n, k], ids [n, k]), the best first, of ``queries`` (a list of n), as a faiss index returns them.

        Every score is a true one: the k best of all items that were scored, the anchors among them; of equal scores
        the lower id comes first. Exactly min(budget, N) calls a query. ``anchors`` of them (``share`` of the budget
        where None) go to the anchors.

        Raises ``ValueError`` unless 1 ≤ k ≤ min(budget, N) and 1 ≤ anchors ≤ min(budget, N).
        """
        queries, budget, anchors = self._asked(queries, budget, anchors)
        k = require_whole("k", k, 1, min(budget, len(self)))
        found = []
        for start in range(0, len(queries), CHUNK):
            ids, scores, _, _ = self._look(queries[start : start + CHUNK], budget, anchors)
            order = np.lexsort((ids, -scores))[:, :k]
            found.append((np.take_along_axis(scores, order, 1), np.take_along_axis(ids, order, 1)))
        return np.concatenate([best for best, _ in found]), np.concatenate([ids for _, ids in found])

    def trace(self, query: Any, budget: int, anchors: int | None = None) -> Trace:
        """The same search for one query, with every call in its order and the estimates that led it."""
        queries, budget, anchors = self._asked([query], budget, anchors)
        ids, scores, rounds, vectors = self._look(queries, budget, anchors)
        estimate = None
        if vectors is not None:
            features = np.concatenate([self._residual.T, self._item_vectors], axis=1)
            estimate = features.astype(np.float64) @ vectors[0] + self.intercept
        return Trace(ids[0], scores[0], rounds, estimate)

    def save(self, path: str | Path, *, half: bool = False, overwrite: bool = False) -> str:
        """Write the index as safetensors, without scorer and encoder; returns the file's SHA-256.

        Items and anchor queries must be texts or whole numbers. ``half``: scores and vectors in half precision.
        Raises ``FileExistsError`` when the file exists and ``overwrite`` is False, ``ValueError`` for other items.
        """
        tensors = {"scores": self.scores, "items": self._item_vectors, "queries": self._query_vectors}
        about = {"settings": asdict(self.settings), "items": self.items, "anchor_queries": self.anchor_queries}
        return write_index(Path(path), tensors, about, half=half, overwrite=overwrite)

    @classmethod
    def load(
        cls,
        path: str | Path,
        scorer: Scorer,
        *,
        encoder: Encoder | None = None,
        sha256: str | None = None,
        backend: str | None = None,
    ) -> "CURIndex":
        """The index that ``save`` wrote, for the same scorer and encoder; up to four stored scores are tried again.

        Raises ``ValueError`` for a file of another kind, a damaged or altered one (its content has a hash inside; with
        ``sha256`` the whole file is held to it), and for a scorer or an encoder that gives other numbers than stored.
        """
        tensors, about = read_index(Path(path), sha256)
        index = cls.__new__(cls)
        index.scorer, index.encoder, index.backend = scorer, encoder, backend
        index.calls = index.offline_calls = 0
        index.items, index.anchor_queries = about["items"], about["anchor_queries"]
        index.scores, index._item_vectors, index._query_vectors = (
            tensors[key].astype(np.float32) for key in ("scores", "items", "queries")
        )
        index._width = None
        if (encoder is not None) != (index._item_vectors.shape[1] > 0):
            with_or_without = "without" if encoder is not None else "with"
            raise ValueError(f"{path}: the index was built {with_or_without} an encoder")
        index.settings = _checked(encoder, about["settings"])
        index._compare(Path(path), 2e-3 if tensors["scores"].dtype == np.float16 else 1e-4)
        index._width = index._item_vectors.shape[1]
        index._build()
        return index

    def _asked(self, queries: Sequence[Any], budget: int, anchors: int | None) -> tuple[list[Any], int, int]:
        queries = _listed("queries", queries)
        budget = min(require_whole("budget", budget, 1, 10**9), len(self))
        if anchors is None:
            anchors = max(1, round(self.settings.share * budget))
        return queries, budget, require_whole("anchors", anchors, 1, budget)

    def _append(self, items: list[Any], scores: ArrayLike | None) -> None:
        shape = (len(self.anchor_queries), len(items))
        if scores is not None:
            new = require_matrix("scores", scores)
            if new.shape != shape:
                raise ValueError(f"scores has shape {new.shape}, but must be {shape}: anchor queries, items")
        else:
            new = np.stack([self._score([(query, item) for item in items]) for query in self.anchor_queries])
            self.offline_calls += new.size
        vectors = self._embed(items)
        self.items = self.items + items
        self.scores = np.concatenate([self.scores, new.astype(np.float32)], axis=1)
        self._item_vectors = np.concatenate([self._item_vectors, vectors])
        self._build()

    def _build(self) -> None:
        """Affine fit, what it leaves over, and the flat index of both: [residual scores, encoder's vector] an item."""
        similar = self._query_vectors @ self._item_vectors.T
        columns = ([similar.ravel()] if self.encoder is not None else []) + (
            [np.ones(self.scores.size, dtype=np.float32)] if self.settings.center else []
        )
        fit = [0.0, 0.0]
        if columns:
            solved = np.linalg.lstsq(np.stack(columns, axis=1).astype(np.float64), self.scores.ravel(), rcond=None)[0]
            fit = [0.0] * (self.encoder is None) + list(solved) + [0.0] * (not self.settings.center)
        self.slope, self.intercept = float(fit[0]), float(fit[1])
        self._residual = (self.scores - self.slope * similar - self.intercept).astype(np.float32)
        features = np.concatenate([self._residual.T, self._item_vectors], axis=1)
        self._flat = InnerProduct(features.shape[1], self.backend)
        self._flat.add(features)
        self._first: dict[int, Places] = {}
        self._cores: dict[bytes, NDArray[np.float64]] = {}

    def _look(
        self, queries: list[Any], budget: int, anchors: int
    ) -> tuple[Places, NDArray[np.float64], Places, NDArray[np.float64] | None]:
        """All calls of n searches side by side: ids and scores [n, budget], rounds [budget], last query vectors."""
        embedded = self._embed(queries).astype(np.float64)
        nothing = np.zeros((len(queries), len(self.anchor_queries)))
        sizes = [len(part) for part in np.array_split(np.arange(anchors), min(self.settings.rounds, anchors))]
        sizes += [budget - anchors] * (budget > anchors)
        ids = np.empty((len(queries), 0), dtype=np.int64)
        scores = np.empty((len(queries), 0))
        seen = np.zeros((len(queries), len(self)), dtype=bool)
        vectors = None
        for size in sizes:
            if ids.shape[1] == 0 and self.settings.choice != "encoder":
                batch = np.tile(self._first_anchors(size), (len(queries), 1))
            elif ids.shape[1] == 0:
                batch = self._best_unseen(np.concatenate([nothing, embedded], axis=1), size, seen)
            else:
                vectors = np.concatenate([self._weights(ids, scores, embedded), self.slope * embedded], axis=1)
                batch = self._best_unseen(vectors, size, seen)
            pairs = [(query, self.items[i]) for query, row in zip(queries, batch, strict=True) for i in row]
            new = self._score(pairs).reshape(batch.shape)
            self.calls += new.size
            np.put_along_axis(seen, batch, True, axis=1)
            ids, scores = np.concatenate([ids, batch], axis=1), np.concatenate([scores, new], axis=1)
        return ids, scores, np.repeat(np.arange(len(sizes)), sizes), vectors

    def _weights(self, ids: Places, scores: NDArray[np.float64], embedded: NDArray[np.float64]) -> NDArray[np.float64]:
        """W [n, |𝒱|]: what combination of the anchor queries has these residual scores with these items."""
        similar = np.einsum("nd,nkd->nk", embedded, self._item_vectors[ids])
        left = scores - self.slope * similar - self.intercept
        if (ids == ids[0]).all():
            key = ids[0].tobytes()
            if key not in self._cores:
                self._cores[key] = self._core(ids[0])
            return left @ self._cores[key]
        return np.stack([row @ self._core(places) for row, places in zip(left, ids, strict=True)])

    def _core(self, places: Places) -> NDArray[np.float64]:
        return pseudo_inverse(self._residual[:, places].astype(np.float64), self.settings.rcond)[0]

    def _first_anchors(self, count: int) -> Places:
        if count not in self._first:
            rng = np.random.default_rng(self.settings.seed)
            self._first[count] = ANCHORS[self.settings.choice](self._residual, count, rng)
        return self._first[count]

    def _best_unseen(self, vectors: NDArray[np.float64], size: int, seen: NDArray[np.bool_]) -> Places:
        # As many more as have been seen: enough are left when those are dropped.
        ids = self._flat.search(vectors.astype(np.float32), min(len(self), size + int(seen[0].sum())))[1]
        keep = np.argsort(np.take_along_axis(seen, ids, axis=1), axis=1, kind="stable")[:, :size]
        return np.take_along_axis(ids, keep, axis=1)

    def _score(self, pairs: list[tuple[Any, Any]]) -> NDArray[np.float64]:
        scores = _numbers(self.scorer(pairs))
        if scores.shape != (len(pairs),):
            raise ValueError(f"scorer gave shape {scores.shape} for {len(pairs)} pairs, but must give one score a pair")
        if not np.isfinite(scores).all():
            first = int(np.flatnonzero(~np.isfinite(scores))[0])
            raise ValueError(f"scorer gave {scores[first]} for the pair {pairs[first]!r}, but must give finite scores")
        return scores

    def _embed(self, texts: list[Any]) -> Floats:
        if self.encoder is None:
            return np.empty((len(texts), 0), dtype=np.float32)
        vectors = _numbers(self.encoder(texts))
        right = vectors.ndim == 2 and len(vectors) == len(texts) and self._width in (None, vectors.shape[1])
        if not right or not np.isfinite(vectors).all():
            allowed = f"[{len(texts)}, {self._width or 'd'}] of finite numbers"
            raise ValueError(f"encoder gave shape {vectors.shape}, but must give {allowed}")
        return vectors.astype(np.float32)

    def _compare(self, path: Path, tolerance: float) -> None:
        """Up to four stored scores and the vector of one item, against what the functions at hand say now."""
        spots = np.linspace(0, self.scores.size - 1, min(4, self.scores.size)).astype(int)
        places = [divmod(int(spot), len(self)) for spot in spots]
        now = self._score([(self.anchor_queries[row], self.items[column]) for row, column in places])
        self.offline_calls += len(places)
        stored = np.array([self.scores[place] for place in places])
        if np.abs(now - stored).max() > tolerance * max(1.0, float(np.abs(self.scores).max())):
            raise ValueError(f"{path}: the scorer gives {now.tolist()}, but the index holds {stored.tolist()}")
        vectors, held = self._embed(self.items[:1]), self._item_vectors[:1]
        if vectors.shape != held.shape or np.abs(vectors - held).max(initial=0) > tolerance * max(
            1.0, float(np.abs(held).max(initial=0))
        ):
            raise ValueError(f"{path}: the encoder gives other vectors than the index holds")


def _listed(name: str, values: Sequence[Any]) -> list[Any]:
    if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
        raise ValueError(f"{name} = {values!r} must be a list")
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if not listed:
        raise ValueError(f"{name} is empty, but must hold at least one")
    return listed


def _checked(encoder: Encoder | None, settings: dict[str, Any]) -> Settings:
    known = Settings.__dataclass_fields__
    unknown = [name for name in settings if name not in known]
    if unknown:
        raise ValueError(f"setting {unknown[0]!r} is not known, but must be one of {', '.join(known)}")
    checked = Settings(**settings)
    if checked.choice == "encoder" and encoder is None:
        raise ValueError("choice = 'encoder' needs an encoder")
    return checked


def _numbers(values: Any) -> NDArray[np.float64]:
    if hasattr(values, "detach"):
        values = values.detach().cpu().double().numpy()
    return np.asarray(values, dtype=np.float64)
