"""CUR, anchors and recall: against NumPy, SciPy and brute force; exact where the rank fits; bad input."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from blogtools.similarity import (
    ANCHORS,
    CUR,
    best_core,
    k_means,
    leverage_scores,
    pivoted_qr,
    pseudo_inverse,
    relative_error,
    svd_limit,
    topk_recall,
)


def low_rank(m: int, n: int, rank: int, seed: int = 0, mean: float = 0.0, noise: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, rank)) @ rng.normal(size=(rank, n)) + mean + noise * rng.normal(size=(m, n))


class TestCUR:
    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def test_exact_when_the_rank_fits(self, data: st.DataObject) -> None:
        """9336.claim3: as many rows and columns as the rank, or more, rebuild every entry; one fewer does not."""
        rank = data.draw(st.integers(1, 5))
        m, n = data.draw(st.integers(rank + 1, 14)), data.draw(st.integers(rank + 1, 14))
        rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
        S = rng.normal(size=(m, rank)) @ rng.normal(size=(rank, n))
        rows = rng.permutation(m)[: data.draw(st.integers(rank, m))]
        columns = rng.permutation(n)[: data.draw(st.integers(rank, n))]
        condition = np.linalg.norm(S) / np.linalg.svd(S[np.ix_(rows, columns)])[1][rank - 1]
        # Rounding is 2^-52 of the matrix, and F∩H multiplies it by its condition twice.
        tolerance = 1e-14 * max(m, n) * condition**2
        found = CUR(S, rows, columns, center=False, rcond=1e-9 / condition)
        assert found.rank == rank
        assert np.allclose(found.reconstruct(), S, rtol=0, atol=tolerance * np.abs(S).max())
        # Centring raises the rank by one at most: with one row and one column more it is exact again.
        if len(rows) > rank and len(columns) > rank:
            centred = CUR(S, rows, columns, rcond=None)
            if centred.rank == np.linalg.matrix_rank(S - S.mean()):
                assert np.allclose(centred.reconstruct(), S, rtol=0, atol=1e-6 * np.abs(S).max() * condition)
        if rank > 1:
            few = CUR(S, rows[: rank - 1], columns, center=False)
            assert relative_error(S, few.reconstruct()) > 1e-3 / condition

    def test_against_numpy(self) -> None:
        S, rows, columns = low_rank(9, 12, 4, mean=3.0, noise=0.1), [7, 1, 3, 5], [2, 11, 0]
        found = CUR(S, rows, columns)
        m = S.mean()
        assert found.mean == pytest.approx(m)
        expected = (S[:, columns] - m) @ np.linalg.pinv(S[np.ix_(rows, columns)] - m) @ (S[rows] - m) + m
        assert np.allclose(found.reconstruct(), expected, rtol=0, atol=1e-12)
        plain = S[:, columns] @ np.linalg.pinv(S[np.ix_(rows, columns)]) @ S[rows]
        assert np.allclose(CUR(S, rows, columns, center=False).reconstruct(), plain, rtol=0, atol=1e-11)
        assert found.G.shape == (3, 4)
        assert not np.allclose(plain, expected)

    def test_fewer_columns_than_rows_keep_the_chosen_columns(self) -> None:
        """F G (F∩H) = F, so that the scores that were paid for come back as they were."""
        S = low_rank(10, 30, 10, seed=1)
        found = CUR(S, range(8), [4, 9, 17])
        assert np.allclose(found.reconstruct()[:, [4, 9, 17]], S[:, [4, 9, 17]], atol=1e-10)
        other = CUR(S, [4, 9, 1], range(8))
        assert np.allclose(other.reconstruct()[[4, 9, 1]], S[[4, 9, 1]], atol=1e-10)

    def test_a_new_query_is_predicted_from_its_anchor_scores(self) -> None:
        """One that is a mixture of the anchor queries, exactly; a row of S as ``reconstruct`` has it."""
        S = low_rank(10, 30, 3, seed=2, mean=0.0)
        found = CUR(S, range(6), range(5), center=False)
        query = np.array([[0.3, -1.0, 2.0, 0.0, 0.0, 0.1], [1.0, 0, 0, 0, 0, 0]]) @ S[:6]
        assert np.allclose(found.predict(query[:, :5]), query, atol=1e-9)
        assert np.allclose(found.predict(query[0, :5]), query[0], atol=1e-9)
        centred = CUR(S + 5, range(6), range(5))
        assert np.allclose(centred.predict(S[7, :5] + 5), centred.reconstruct()[7])

    def test_a_cut_off_cures_the_square_intersection(self) -> None:
        """Noise that is small against S comes back large where |U| = |V|, and small with a cut-off or more rows."""
        errors: dict[str, list[float]] = {"square": [], "cut": [], "more rows": []}
        for seed in range(9):
            S = low_rank(120, 150, 6, seed, noise=0.02)
            rows, columns = np.random.default_rng(seed).permutation(120), range(30)
            for name, chosen, rcond in (("square", 30, None), ("cut", 30, 0.05), ("more rows", 90, None)):
                found = CUR(S, rows[:chosen], columns, rcond=rcond)
                errors[name].append(relative_error(S, found.reconstruct()))
        square, cut, more = (float(np.median(errors[name])) for name in errors)
        assert square > 5 * cut
        assert square > 2 * more
        assert cut < 0.02

    def test_a_cut_off_on_raw_scores_is_measured_by_the_mean(self) -> None:
        S = low_rank(60, 60, 5, mean=100.0)
        raw, centred = (CUR(S, range(20), range(20), center=c, rcond=1e-1) for c in (False, True))
        assert (raw.rank, centred.rank) == (1, 5)
        assert relative_error(S, raw.reconstruct()) > 0.5
        assert relative_error(S, centred.reconstruct()) < 0.2

    def test_equal_rows_only_lower_the_rank(self) -> None:
        S = low_rank(8, 9, 3)
        S[1] = S[0]
        found = CUR(S, range(5), range(5), center=False)
        assert found.rank == 3
        assert np.allclose(found.reconstruct(), S, atol=1e-9)

    def test_integers_and_float16_are_taken_as_they_are(self) -> None:
        S = np.round(10 * low_rank(6, 7, 2)).astype(np.int64)
        assert np.array_equal(CUR(S, [0, 1], [0, 1, 2]).H, CUR(S.astype(float), [0, 1], [0, 1, 2]).H)
        assert CUR(S.astype(np.float16), [0], [0]).F.dtype == np.float64

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"matrix": [[1.0, math.nan]]}, r"matrix\[0, 1\] = nan"),
            ({"matrix": [[math.inf, 1.0]]}, r"matrix\[0, 0\] = inf"),
            ({"matrix": [1.0, 2.0]}, r"shape \(2,\)"),
            ({"matrix": np.empty((0, 3))}, r"shape \(0, 3\)"),
            ({"matrix": [["a", "b"]]}, "real numbers"),
            ({"matrix": [[True, False]]}, "real numbers"),
            ({"rows": [3]}, "rows holds 3, but must hold numbers from 0 to 2"),
            ({"rows": [-1]}, "rows holds -1"),
            ({"rows": []}, r"rows = \[\] must be a list of whole numbers, and not empty"),
            ({"rows": [0.5]}, r"rows = \[0.5\]"),
            ({"rows": [True, False, True]}, "rows = "),
            ({"columns": [1, 0, 1]}, "columns holds 1 more than once"),
            ({"columns": range(5)}, "columns holds 4"),
            ({"rcond": 1.0}, r"rcond = 1.0 must be None or a number in \[0, 1\)"),
            ({"rcond": -0.1}, "rcond = -0.1"),
            ({"rcond": math.nan}, "rcond = nan"),
            ({"rcond": True}, "rcond = True"),
        ],
    )
    def test_bad_input(self, change: dict[str, Any], message: str) -> None:
        given: dict[str, Any] = {"matrix": low_rank(3, 4, 2), "rows": [0, 1], "columns": [1, 2]} | change
        with pytest.raises(ValueError, match=message):
            CUR(**given)

    @pytest.mark.parametrize("scores", [[1.0], [[1.0, 2.0, 3.0]], [1.0, math.nan], 1.0])
    def test_bad_scores_of_a_query(self, scores: Any) -> None:
        found = CUR(low_rank(3, 4, 2), [0, 1], [1, 2])
        with pytest.raises(ValueError, match=r"scores of shape .* must be \[\.\.\., 2\] of finite numbers"):
            found.predict(scores)


class TestTheRest:
    @pytest.mark.parametrize("shape", [(5, 3), (3, 5), (3, 3)])
    def test_pseudo_inverse_is_numpys(self, shape: tuple[int, int]) -> None:
        A = low_rank(*shape, 2, seed=5) + 1e-3 * low_rank(*shape, 3, seed=6)
        G, s, rank = pseudo_inverse(A)
        assert np.allclose(G, np.linalg.pinv(A), rtol=1e-6)
        assert np.allclose(s, np.linalg.svd(A)[1])
        cut, _, kept = pseudo_inverse(A, 1e-2)
        assert (rank, kept) == (3, 2)
        assert np.allclose(cut, np.linalg.pinv(A, rcond=1e-2))

    def test_pseudo_inverse_of_nothing(self) -> None:
        G, _, rank = pseudo_inverse(np.zeros((2, 3)))
        assert rank == 0
        assert not G.any()
        # Only rounding is left out where no limit is given.
        assert pseudo_inverse(np.diag([1.0, 1e-9, 1e-17]))[2] == 2
        # One that is not 0 and not larger than the limit is cut: "up to" means equal too.
        assert pseudo_inverse(np.diag([1.0, 0.5]), 0.5)[2] == 1

    def test_svd_limit_is_the_nearest(self) -> None:
        S = low_rank(12, 20, 12, seed=3, mean=2.0)
        s = np.linalg.svd(S - S.mean())[1]
        for rank in (0, 1, 5, 12):
            gap = np.linalg.norm(S - svd_limit(S, rank))
            assert gap == pytest.approx(math.sqrt((s[rank:] ** 2).sum()), abs=1e-9)
        raw = np.linalg.norm(S - svd_limit(S, 3, center=False))
        assert raw == pytest.approx(math.sqrt((np.linalg.svd(S)[1][3:] ** 2).sum()))
        with pytest.raises(ValueError, match="rank = 13 must be a whole number from 0 to 12"):
            svd_limit(S, 13)

    def test_order_of_errors(self) -> None:
        """SVD ≤ the best core ≤ the pseudo-inverse of the intersection."""
        S = low_rank(30, 40, 30, seed=4, mean=5.0)
        rows, columns = range(10), range(10)
        parts = CUR(S, rows, columns)
        best = parts.F @ best_core(S, rows, columns) @ parts.H + parts.mean
        errors = [relative_error(S, found) for found in (svd_limit(S, 10), best, parts.reconstruct())]
        assert errors == sorted(errors)
        # Where the distance is least, what is left over is at right angles to F and H.
        assert np.abs(parts.F.T @ (S - best) @ parts.H.T).max() < 1e-9 * np.abs(S).max() * S.size
        for seed in range(5):
            other = best_core(S, rows, columns) + 0.01 * np.random.default_rng(seed).normal(size=(10, 10))
            assert relative_error(S, parts.F @ other @ parts.H + parts.mean) > errors[1]

    def test_relative_error(self) -> None:
        S = low_rank(4, 5, 3)
        assert relative_error(S, S) == 0
        assert relative_error(S, np.full_like(S, S.mean())) == pytest.approx(1)
        assert relative_error(S, S + 2 * (S - S.mean())) == pytest.approx(2)
        with pytest.raises(ValueError, match="constant"):
            relative_error(np.full((2, 2), 0.1), np.zeros((2, 2)))
        with pytest.raises(ValueError, match=r"approximation has shape \(4, 4\)"):
            relative_error(S, S[:, :4])


class TestAnchors:
    @settings(deadline=None, max_examples=25)
    @given(st.integers(1, 8), st.integers(1, 12), st.integers(0, 1000), st.sampled_from(sorted(ANCHORS)))
    def test_different_columns_as_many_as_asked(self, m: int, n: int, seed: int, rule: str) -> None:
        rng = np.random.default_rng(seed)
        count = int(rng.integers(1, n + 1))
        found = ANCHORS[rule](rng.normal(size=(m, n)), count, rng)
        assert found.dtype == np.int64
        assert len(set(found.tolist())) == len(found) == count
        assert 0 <= found.min() <= found.max() < n

    @pytest.mark.parametrize("rule", ["random", "qr", "leverage"])
    def test_nested_and_repeated_by_the_seed(self, rule: str) -> None:
        S = low_rank(20, 50, 20, seed=1)
        small, large, other = (ANCHORS[rule](S, k, np.random.default_rng(s)) for k, s in ((5, 3), (15, 3), (15, 4)))
        assert np.array_equal(small, large[:5])
        assert np.array_equal(large, other) == (rule == "qr")

    def test_qr_is_greedy(self) -> None:
        """Each column is the one that is farthest from the span of those before it, by least squares."""
        S = low_rank(8, 15, 8, seed=2, mean=1.0)
        centred, found = S - S.mean(), pivoted_qr(S, 5)
        for step in range(5):
            span = centred[:, found[:step]]
            left = centred - span @ scipy.linalg.lstsq(span, centred)[0] if step else centred
            assert np.argmax(np.linalg.norm(left, axis=0)) == found[step]

    def test_leverage(self) -> None:
        S = low_rank(9, 14, 9, seed=3, mean=4.0)
        scores = leverage_scores(S, 3)
        projection = np.linalg.svd(S - S.mean())[2][:3]
        assert np.allclose(scores, np.diag(projection.T @ projection) / 3)
        assert scores.sum() == pytest.approx(1)
        with pytest.raises(ValueError, match="rank = 0"):
            leverage_scores(S, 0)

    def test_leverage_draws_by_its_scores(self) -> None:
        S = low_rank(3, 6, 3, seed=4)
        rng, scores = np.random.default_rng(0), leverage_scores(S, 3)
        first = np.bincount([ANCHORS["leverage"](S, 1, rng)[0] for _ in range(3000)], minlength=6) / 3000
        assert np.abs(first - scores).max() < 5 * math.sqrt(0.25 / 3000)
        assert scores.max() - scores.min() > 0.1

    def test_k_means_takes_a_column_a_heap_the_largest_first(self) -> None:
        rng = np.random.default_rng(5)
        heaps = np.repeat([0, 1, 2], [10, 25, 5])
        S = 100 * rng.normal(size=(4, 3))[:, heaps] + 0.1 * rng.normal(size=(4, 40))
        assert heaps[k_means(S, 3, rng)].tolist() == [1, 0, 2]
        same = k_means(np.repeat(S[:, [0]], 6, axis=1) + 1e-9 * rng.normal(size=(4, 6)), 6, rng)
        assert sorted(same) == list(range(6))

    @pytest.mark.parametrize("rule", sorted(ANCHORS))
    @pytest.mark.parametrize("count", [0, 7, 2.0, True])
    def test_more_anchors_than_items(self, rule: str, count: Any) -> None:
        with pytest.raises(ValueError, match=rf"count = {count} must be a whole number from 1 to 6"):
            ANCHORS[rule](low_rank(5, 6, 2), count, np.random.default_rng(0))

    @pytest.mark.parametrize("rule", ["qr", "leverage", "k-means"])
    def test_nan(self, rule: str) -> None:
        with pytest.raises(ValueError, match=r"matrix\[0, 0\] = nan"):
            ANCHORS[rule](np.full((2, 3), np.nan), 1, np.random.default_rng(0))


class TestRecall:
    @settings(deadline=None, max_examples=50)
    @given(st.integers(1, 4), st.integers(1, 8), st.integers(0, 10**6))
    def test_against_sets(self, n: int, size: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        truth = rng.permuted(np.tile(np.arange(float(size)), (n, 1)), axis=1)
        width = int(rng.integers(1, size + 1))
        ids = np.stack([rng.permutation(size)[:width] for _ in range(n)])
        k = int(rng.integers(1, width + 1))
        best = np.argsort(-truth, axis=1)[:, :k]
        expected = [len(set(a) & set(b)) / k for a, b in zip(ids[:, :k].tolist(), best.tolist(), strict=True)]
        assert topk_recall(ids, truth, k).tolist() == pytest.approx(expected)

    def test_equal_scores_are_equally_good(self) -> None:
        truth = [[3.0, 1.0, 1.0, 0.0]]
        assert topk_recall([[0, 1]], truth, 2) == topk_recall([[0, 2]], truth, 2) == 1
        assert topk_recall([[0, 3]], truth, 2) == 0.5

    def test_nothing_found_is_minus_one(self) -> None:
        assert topk_recall([[0, -1, -1]], [[1.0, 5.0, 2.0]], 2) == 0
        assert topk_recall([[1, -1, -1]], [[1.0, 5.0, 2.0]], 3) == pytest.approx(1 / 3)

    @pytest.mark.parametrize(
        ("ids", "scores", "k", "message"),
        [
            ([[0, 1]], [[1.0, 2.0, 3.0]], 3, "k = 3 must be a whole number from 1 to 2"),
            ([[0, 1, 2, -1]], [[1.0, 2.0, 3.0]], 4, "k = 4 must be a whole number from 1 to 3"),
            ([[0, 1]], [[1.0, 2.0]], 0, "k = 0"),
            ([[0, 2]], [[1.0, 2.0]], 1, None),
            ([[2, 0]], [[1.0, 2.0]], 1, "ids holds 2 to 2"),
            ([[-2, 0]], [[1.0, 2.0]], 1, "ids holds -2 to -2"),
            ([[1, 1]], [[1.0, 2.0]], 2, "the same item twice"),
            ([[0.0, 1.0]], [[1.0, 2.0]], 1, "dtype float64"),
            ([[0, 1]], [[1.0, 2.0], [1.0, 2.0]], 1, r"\[2, ≥ k\]"),
            ([[0, 1]], [[1.0, math.nan]], 1, r"scores\[0, 1\] = nan"),
        ],
    )
    def test_bad_input(self, ids: Any, scores: Any, k: int, message: str | None) -> None:
        if message is None:
            assert topk_recall(ids, scores, k) == 0
            return
        with pytest.raises(ValueError, match=message):
            topk_recall(ids, scores, k)
