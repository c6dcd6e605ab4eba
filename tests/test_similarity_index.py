"""The CUR index: calls counted by the scorer, estimates against plain CUR, faiss and torch, files, bad input."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from blogtools.similarity import CUR, CURIndex, InnerProduct, Settings, topk_recall

N, ANCHOR_QUERIES, QUERIES = 80, 12, 5
RNG = np.random.default_rng(9336)
VECTORS = RNG.normal(size=(ANCHOR_QUERIES + QUERIES, 6))
ITEMS = RNG.normal(size=(N, 6))
SCORES = VECTORS @ ITEMS.T + 3
"""Of rank 6 about the mean 3, exactly: 12 anchor queries, then 5 others; queries and items are whole numbers."""


class Scorer:
    """Looks scores up, and counts who asks for what."""

    def __init__(self, scores: np.ndarray = SCORES) -> None:
        self.scores, self.asked = scores, []  # type: ignore[var-annotated]

    def __call__(self, pairs: list[tuple[Any, Any]]) -> np.ndarray:
        assert pairs, "a scorer is not called for nothing"
        self.asked += pairs
        return np.array([self.scores[int(query), int(item)] for query, item in pairs])


def encoder(texts: list[Any]) -> np.ndarray:
    """Half of what the scores are made of; queries are told from items by their sign."""
    return np.array([VECTORS[-int(x) - 1, :3] if int(x) < 0 else ITEMS[int(x), :3] for x in texts])


def signed(pairs: list[tuple[Any, Any]]) -> np.ndarray:
    return np.array([SCORES[-int(query) - 1, int(item)] for query, item in pairs])


def built(scores: np.ndarray = SCORES, **options: Any) -> tuple[CURIndex, Scorer]:
    scorer = Scorer(scores)
    index = CURIndex(scorer, range(N), range(ANCHOR_QUERIES), **options)
    scorer.asked.clear()
    return index, scorer


def with_encoder(**options: Any) -> CURIndex:
    return CURIndex(signed, range(N), [-i - 1 for i in range(ANCHOR_QUERIES)], encoder=encoder, **options)


OTHERS = list(range(ANCHOR_QUERIES, ANCHOR_QUERIES + QUERIES))
TRUTH = SCORES[OTHERS]


class TestSearch:
    def test_building_calls_each_pair_once(self) -> None:
        scorer = Scorer()
        index = CURIndex(scorer, range(N), range(ANCHOR_QUERIES))
        assert sorted(scorer.asked) == [(q, k) for q in range(ANCHOR_QUERIES) for k in range(N)]
        assert (index.offline_calls, index.calls) == (ANCHOR_QUERIES * N, 0)
        known = CURIndex(scorer, range(N), range(ANCHOR_QUERIES), scores=SCORES[:ANCHOR_QUERIES])
        assert known.offline_calls == 0
        assert np.array_equal(known.scores, index.scores)

    @settings(deadline=None, max_examples=30)
    @given(st.data())
    def test_calls_are_counted_and_scores_are_true(self, data: st.DataObject) -> None:
        budget = data.draw(st.integers(1, N + 10))
        spent = min(budget, N)
        anchors = data.draw(st.none() | st.integers(1, spent))
        k = data.draw(st.integers(1, spent))
        index, scorer = built(
            choice=data.draw(st.sampled_from(["random", "qr", "leverage", "k-means"])),
            rounds=data.draw(st.integers(1, 7)),
            share=data.draw(st.floats(0.01, 1)),
            center=data.draw(st.booleans()),
        )
        scores, ids = index.search(OTHERS, k, budget, anchors)
        assert len(scorer.asked) == len(set(scorer.asked)) == index.calls == QUERIES * spent
        assert scores.shape == ids.shape == (QUERIES, k)
        assert np.array_equal(scores, np.take_along_axis(TRUTH, ids, axis=1))
        assert (np.diff(scores, axis=1) <= 0).all()
        # The best of all that were scored, whether as anchors or in the re-ranking.
        for row, query in enumerate(OTHERS):
            seen = sorted((SCORES[query, item] for asked, item in scorer.asked if asked == query), reverse=True)
            assert scores[row].tolist() == seen[:k]

    def test_exact_when_the_rank_fits(self) -> None:
        """Rank 6 about the mean, which is one more for a mean that is not quite 3: 8 anchors find all ten best."""
        for options in ({"rounds": 1}, {"rounds": 4}, {"choice": "random"}):
            index, _ = built(rcond=1e-6, **options)
            _, ids = index.search(OTHERS, 10, 18, anchors=8)
            assert topk_recall(ids, TRUTH, 10).min() == 1, options
        few, _ = built(rounds=1)
        assert topk_recall(few.search(OTHERS, 10, 18, anchors=3)[1], TRUTH, 10).mean() < 1

    def test_one_round_is_cur(self) -> None:
        """The estimate is ``CUR.predict`` with the anchor queries' scores as the matrix."""
        noisy = SCORES + 0.3 * RNG.normal(size=SCORES.shape)
        for center in (True, False):
            index, _ = built(noisy, rounds=1, choice="random", center=center, rcond=1e-3)
            trace = index.trace(OTHERS[0], 30, anchors=7)
            plain = CUR(noisy[:ANCHOR_QUERIES], range(ANCHOR_QUERIES), trace.ids[:7], center=center, rcond=1e-3)
            assert trace.estimate is not None
            assert np.allclose(trace.estimate, plain.predict(noisy[OTHERS[0], trace.ids[:7]]), atol=1e-4)
            unseen = np.setdiff1d(np.arange(N), trace.ids[:7])
            best = unseen[np.argsort(-trace.estimate[unseen])[:23]]
            assert trace.ids[7:].tolist() == best.tolist()
            assert trace.rounds.tolist() == [0] * 7 + [1] * 23

    def test_a_cut_off_is_used_and_belongs_to_its_settings(self) -> None:
        """On an index that has searched before, with another cut-off and another number of anchors."""
        noisy = SCORES + 0.3 * RNG.normal(size=SCORES.shape)
        index, _ = built(noisy, rounds=1, choice="random", rcond=1e-3)
        first = index.trace(OTHERS[0], 30, anchors=7)
        for rcond, anchors in ((0.3, 7), (0.3, 9)):
            trace = index.with_settings(rcond=rcond).trace(OTHERS[0], 30, anchors=anchors)
            again = index.trace(OTHERS[0], 30, anchors=anchors)
            for cut, found in ((rcond, trace), (1e-3, again)):
                plain = CUR(noisy[:ANCHOR_QUERIES], range(ANCHOR_QUERIES), found.ids[:anchors], rcond=cut)
                assert found.estimate is not None
                assert np.allclose(found.estimate, plain.predict(noisy[OTHERS[0], found.ids[:anchors]]), atol=1e-4)
            assert not np.allclose(trace.estimate, again.estimate, atol=0.1)
        assert index.trace(OTHERS[0], 30, anchors=7).ids.tolist() == first.ids.tolist()

    def test_rounds_follow_the_estimates_of_the_rounds_before(self) -> None:
        noisy = SCORES + 0.3 * RNG.normal(size=SCORES.shape)
        index, _ = built(noisy, rounds=3, rcond=1e-2)
        trace = index.trace(OTHERS[1], 20, anchors=9)
        assert trace.rounds.tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 11
        for end in (3, 6, 9):
            first = trace.ids[:end]
            plain = CUR(noisy[:ANCHOR_QUERIES], range(ANCHOR_QUERIES), first, rcond=1e-2)
            estimate = plain.predict(noisy[OTHERS[1], first])
            estimate[first] = -np.inf
            following = trace.ids[end : end + (11 if end == 9 else 3)]
            assert following.tolist() == np.argsort(-estimate)[: len(following)].tolist()

    def test_trace_is_the_search(self) -> None:
        index, _ = built(SCORES + RNG.normal(size=SCORES.shape))
        trace = index.trace(OTHERS[2], 25)
        scores, ids = index.search([OTHERS[2]], 25, 25)
        order = np.argsort(-trace.scores)
        assert ids[0].tolist() == trace.ids[order].tolist()
        assert scores[0].tolist() == trace.scores[order].tolist()

    def test_many_queries_are_searched_as_one_by_one(self) -> None:
        """More than one chunk, and queries whose anchors differ after the first round."""
        noisy = SCORES + RNG.normal(size=SCORES.shape)
        index, _ = built(noisy)
        many = OTHERS * 30
        scores, ids = index.search(many, 4, 20)
        for row in (0, 3, 64, 149):
            alone = index.search([many[row]], 4, 20)
            assert ids[row].tolist() == alone[1][0].tolist()
            assert scores[row].tolist() == alone[0][0].tolist()

    def test_equal_scores_come_by_id(self) -> None:
        index, _ = built(np.round(SCORES / 4))
        ids = index.search(OTHERS, N, N)[1]
        for row, query in enumerate(OTHERS):
            assert ids[row].tolist() == np.argsort(-np.round(SCORES[query] / 4), kind="stable").tolist()

    def test_rank_deficient_anchors(self) -> None:
        """Items that are all alike among the anchors: the rank is lower, the numbers stay finite and true."""
        alike = SCORES.copy()
        alike[:, :40] = alike[:, [0]]
        index, _ = built(alike, rounds=1, rcond=None)
        scores, ids = index.search(OTHERS, 5, 60, anchors=50)
        assert np.array_equal(scores, np.take_along_axis(alike[OTHERS], ids, axis=1))
        assert topk_recall(ids, alike[OTHERS], 5).min() == 1

    def test_a_constant_scorer(self) -> None:
        index, _ = built(np.full_like(SCORES, 2.0))
        assert (index.search(OTHERS, 3, 10)[0] == 2).all()

    def test_added_items_are_as_if_there_from_the_start(self) -> None:
        whole, _ = built(choice="qr")
        scorer = Scorer()
        grown = CURIndex(scorer, range(50), range(ANCHOR_QUERIES))
        grown.search(OTHERS, 3, 20)
        grown.add(range(50, 70))
        grown.add(range(70, N), scores=SCORES[:ANCHOR_QUERIES, 70:])
        assert len(grown) == N
        assert grown.offline_calls == ANCHOR_QUERIES * 70
        for a, b in zip(whole.search(OTHERS, 10, 30), grown.search(OTHERS, 10, 30), strict=True):
            assert np.array_equal(a, b)

    def test_with_settings_leaves_the_first_as_it_was(self) -> None:
        index, _ = built()
        before = index.search(OTHERS, 5, 20)
        other = index.with_settings(rounds=1, share=0.9)
        other.add([0], scores=SCORES[:ANCHOR_QUERIES, :1])
        assert (other.settings.rounds, other.settings.rcond, other.calls) == (1, index.settings.rcond, 0)
        assert (len(index), len(other)) == (N, N + 1)
        for a, b in zip(before, index.search(OTHERS, 5, 20), strict=True):
            assert np.array_equal(a, b)
        assert other.trace(OTHERS[0], 20).rounds.tolist() == [0] * 18 + [1] * 2


class TestEncoder:
    def test_the_affine_fit_is_that_of_least_squares(self) -> None:
        index = with_encoder()
        similar = (VECTORS[:ANCHOR_QUERIES, :3] @ ITEMS[:, :3].T).ravel()
        slope, intercept = np.polyfit(similar, SCORES[:ANCHOR_QUERIES].ravel(), 1)
        assert (index.slope, index.intercept) == (pytest.approx(slope, rel=1e-5), pytest.approx(intercept, rel=1e-5))
        raw = with_encoder(center=False)
        assert raw.intercept == 0
        assert raw.slope == pytest.approx(similar @ SCORES[:ANCHOR_QUERIES].ravel() / (similar @ similar), rel=1e-5)

    def test_choice_encoder_without_rounds_is_re_ranking(self) -> None:
        index = with_encoder(rounds=1, share=1.0)
        for query in OTHERS:
            trace = index.trace(-query - 1, 15)
            best = np.argsort(-(ITEMS[:, :3] @ VECTORS[query, :3]))[:15]
            assert trace.estimate is None
            assert trace.ids.tolist() == best.tolist()

    def test_the_residual_is_estimated_and_added(self) -> None:
        index = with_encoder(rounds=1, rcond=None)
        query = OTHERS[0]
        trace = index.trace(-query - 1, 40, anchors=9)
        fit = index.slope * (VECTORS[:, :3] @ ITEMS[:, :3].T) + index.intercept
        left = SCORES - fit
        anchors = trace.ids[:9]
        weights = left[query, anchors] @ np.linalg.pinv(left[:ANCHOR_QUERIES][:, anchors], rcond=1e-7)
        assert trace.estimate is not None
        # What is left is of rank 6 and a constant: 9 anchors give it all.
        assert np.allclose(trace.estimate, fit[query] + weights @ left[:ANCHOR_QUERIES], atol=1e-2)
        assert np.allclose(trace.estimate, SCORES[query], atol=1e-2)

    def test_default_choice(self) -> None:
        assert with_encoder().settings.choice == "encoder"
        assert built()[0].settings == Settings()

    def test_tensors_are_taken(self) -> None:
        index = CURIndex(
            lambda pairs: torch.from_numpy(signed(pairs)).requires_grad_(),
            range(N),
            [-1, -2, -3],
            encoder=lambda texts: torch.from_numpy(encoder(texts)),
        )
        assert np.allclose(index.scores, SCORES[:3], atol=1e-5)

    @pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros((2, 4)), np.full((N, 2), np.nan)])
    def test_an_encoder_that_gives_something_else(self, wrong: np.ndarray) -> None:
        with pytest.raises(ValueError, match=r"encoder gave shape .*, but must give \[\d+, [d4]\] of finite numbers"):
            CURIndex(Scorer(), range(N), [0, 1], encoder=lambda texts: wrong)


class TestInnerProduct:
    @pytest.mark.parametrize("backend", ["faiss", "torch"])
    def test_against_numpy(self, backend: str) -> None:
        rng = np.random.default_rng(1)
        vectors, queries = (rng.normal(size=(n, 7)).astype(np.float32) for n in (300, 9))
        flat = InnerProduct(7, backend)
        flat.add(vectors[:100])
        flat.add(vectors[100:])
        assert (flat.backend, len(flat)) == (backend, 300)
        scores, ids = flat.search(queries, 12)
        exact = queries.astype(float) @ vectors.T.astype(float)
        assert ids.tolist() == np.argsort(-exact, axis=1)[:, :12].tolist()
        assert np.allclose(scores, np.take_along_axis(exact, ids, 1), atol=1e-5)

    def test_both_serve_the_index(self) -> None:
        found = [built(backend=backend)[0].search(OTHERS, 8, 30) for backend in ("faiss", "torch")]
        assert np.array_equal(found[0][1], found[1][1])

    def test_without_faiss(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "faiss", None)
        assert InnerProduct(3).backend == "torch"
        with pytest.raises(ImportError):
            InnerProduct(3, "faiss")

    def test_wrong_backend(self) -> None:
        with pytest.raises(ValueError, match="backend = 'numpy' must be None, 'faiss' or 'torch'"):
            InnerProduct(3, "numpy")


class TestFile:
    def saved(self, path: Path, **options: Any) -> tuple[CURIndex, str]:
        index = CURIndex(Scorer(), [str(k) for k in range(N)], [str(q) for q in range(ANCHOR_QUERIES)], rounds=3)
        return index, index.save(path / "index.safetensors", **options)

    @pytest.mark.parametrize("half", [False, True])
    def test_loaded_searches_as_saved(self, half: bool, tmp_path: Path) -> None:
        index, sha256 = self.saved(tmp_path, half=half)
        loaded = CURIndex.load(tmp_path / "index.safetensors", Scorer(), sha256=sha256)
        assert (loaded.settings, loaded.items, loaded.anchor_queries) == (
            index.settings,
            index.items,
            index.anchor_queries,
        )
        assert loaded.offline_calls == 4
        queries = [str(q) for q in OTHERS]
        assert np.array_equal(loaded.search(queries, 8, 30)[1], index.search(queries, 8, 30)[1])
        loaded.add(["3"])
        assert loaded.scores[:, N] == pytest.approx(SCORES[:ANCHOR_QUERIES, 3])

    def test_with_an_encoder(self, tmp_path: Path) -> None:
        index, path = with_encoder(), tmp_path / "index"
        index.save(path)
        loaded = CURIndex.load(path, signed, encoder=encoder)
        queries = [-query - 1 for query in OTHERS]
        assert np.array_equal(loaded.search(queries, 5, 20)[1], index.search(queries, 5, 20)[1])
        with pytest.raises(ValueError, match="was built with an encoder"):
            CURIndex.load(path, signed)
        with pytest.raises(ValueError, match="encoder gives other vectors"):
            CURIndex.load(path, signed, encoder=lambda texts: 1.01 * encoder(texts))

    def test_the_same_index_gives_the_same_bytes(self, tmp_path: Path) -> None:
        first, second = (self.saved(tmp_path, overwrite=True)[1] for _ in range(2))
        assert first == second

    def test_an_existing_file_is_left(self, tmp_path: Path) -> None:
        self.saved(tmp_path)
        with pytest.raises(FileExistsError, match="overwrite=True"):
            self.saved(tmp_path)

    def test_another_scorer(self, tmp_path: Path) -> None:
        self.saved(tmp_path)
        with pytest.raises(ValueError, match="the scorer gives"):
            CURIndex.load(tmp_path / "index.safetensors", Scorer(SCORES + 0.1))

    def test_every_altered_byte_is_found(self, tmp_path: Path) -> None:
        self.saved(tmp_path)
        path = tmp_path / "index.safetensors"
        content = path.read_bytes()
        for place in np.random.default_rng(2).integers(0, len(content), 60).tolist():
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            with pytest.raises(ValueError, match=r"index\.safetensors"):
                CURIndex.load(path, Scorer())
        path.write_bytes(content[:-7])
        with pytest.raises(ValueError, match="not the file of an index"):
            CURIndex.load(path, Scorer())

    def test_other_files(self, tmp_path: Path) -> None:
        path = tmp_path / "other"
        path.write_bytes(b"\x80\x04not safetensors")
        with pytest.raises(ValueError, match="not the file of an index"):
            CURIndex.load(path, Scorer())
        from safetensors.numpy import save_file

        save_file({"x": np.zeros(3)}, path, metadata={"blogtools": '{"format": "net 1", "about": "", "sha256": ""}'})
        with pytest.raises(ValueError, match="format 'net 1', expected 'blogtools cur index 1'"):
            CURIndex.load(path, Scorer())
        save_file({"x": np.zeros(3)}, path)
        with pytest.raises(ValueError, match="not the file of an index"):
            CURIndex.load(path, Scorer())

    def test_the_hash_that_was_asked_for(self, tmp_path: Path) -> None:
        self.saved(tmp_path)
        with pytest.raises(ValueError, match=r"SHA-256 [0-9a-f]{64}, expected 00"):
            CURIndex.load(tmp_path / "index.safetensors", Scorer(), sha256="00")

    def test_what_cannot_be_saved(self, tmp_path: Path) -> None:
        index = CURIndex(lambda pairs: [1.0] * len(pairs), [(1, 2), "a"], ["q"])
        with pytest.raises(ValueError, match=r"items holds \(1, 2\)"):
            index.save(tmp_path / "x")
        large = CURIndex(lambda pairs: [1e6] * len(pairs), ["a"], ["q"])
        with pytest.raises(ValueError, match="scores: a number is not finite in float16"):
            large.save(tmp_path / "x", half=True)
        assert not (tmp_path / "x").exists()


class TestBadInput:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"queries": []}, "queries is empty"),
            ({"queries": "one text"}, "queries = 'one text' must be a list"),
            ({"queries": 3}, "queries = 3 must be a list"),
            ({"k": 0}, "k = 0 must be a whole number from 1 to 20"),
            ({"k": 21}, "k = 21 must be a whole number from 1 to 20"),
            ({"k": N + 1, "budget": N + 5}, f"k = {N + 1} must be a whole number from 1 to {N}"),
            ({"k": 2.0}, "k = 2.0"),
            ({"budget": 0}, "budget = 0 must be"),
            ({"budget": True}, "budget = True"),
            ({"budget": 20, "anchors": 21}, "anchors = 21 must be a whole number from 1 to 20"),
            ({"budget": N + 9, "anchors": N + 1}, f"anchors = {N + 1} must be a whole number from 1 to {N}"),
            ({"anchors": 0}, "anchors = 0"),
        ],
    )
    def test_of_a_search(self, change: dict[str, Any], message: str) -> None:
        index, scorer = built()
        with pytest.raises(ValueError, match=message):
            index.search(**{"queries": OTHERS, "k": 5, "budget": 20} | change)
        assert scorer.asked == []

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"items": []}, "items is empty"),
            ({"items": "abc"}, "items = 'abc' must be a list"),
            ({"anchor_queries": []}, "anchor_queries is empty"),
            ({"scores": SCORES}, r"scores has shape \(17, 80\), but must be \(12, 80\)"),
            ({"scores": np.full((12, N), np.nan)}, r"scores\[0, 0\] = nan"),
            ({"choice": "best"}, "choice = 'best' must be one of random, qr, leverage, k-means or encoder"),
            ({"choice": "encoder"}, "choice = 'encoder' needs an encoder"),
            ({"rounds": 0}, "rounds = 0"),
            ({"share": 0}, "share = 0 must be a number above 0 and up to 1"),
            ({"share": 1.1}, "share = 1.1"),
            ({"share": True}, "share = True"),
            ({"rcond": 1}, "rcond = 1 "),
            ({"rcond": -1e-9}, "rcond = -1e-09"),
            ({"center": 1}, "center = 1 must be True or False"),
            ({"seed": -1}, "seed = -1"),
            ({"anchors": 5}, "setting 'anchors' is not known, but must be one of choice, rounds"),
        ],
    )
    def test_of_an_index(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            CURIndex(**{"scorer": Scorer(), "items": range(N), "anchor_queries": range(ANCHOR_QUERIES)} | change)

    def test_a_scorer_that_gives_something_else(self) -> None:
        with pytest.raises(ValueError, match=r"scorer gave nan for the pair \('b', 'z'\)"):
            CURIndex(lambda pairs: [np.nan if p == ("b", "z") else 0.0 for p in pairs], ["x", "z"], ["a", "b"])
        with pytest.raises(ValueError, match=r"scorer gave shape \(2, 1\) for 2 pairs"):
            CURIndex(lambda pairs: [[0.0]] * len(pairs), ["x", "z"], ["a"])
        index, scorer = built()
        scorer.scores = np.where(SCORES[OTHERS[0]].max() == SCORES, np.inf, SCORES)
        with pytest.raises(ValueError, match="scorer gave inf"):
            index.search(OTHERS, 1, N)

    def test_what_the_scorer_raises_comes_through(self) -> None:
        index, _ = built()
        with pytest.raises(ValueError, match="invalid literal"):
            index.search(["not a number"], 1, 5)
