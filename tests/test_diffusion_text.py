"""Masked and edited texts in the one sampler: processes, laws by enumeration, exact draws, bounds."""

import itertools
import math
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor

from blogtools.data import MASK, vocabulary
from blogtools.data.corpus import SPECIAL, VOCABULARY_SIZE
from blogtools.diffusion import (
    Cosine,
    Edit,
    Encode,
    Fill,
    Linear,
    Mask,
    Process,
    Rewrite,
    Texts,
    Words,
    denoising_loss,
    edit_bound,
    exactly_t,
    learn_codes,
    log_included,
    mask_bound,
    pairs,
    revise,
    sample,
    speaking,
    word_loss,
)
from blogtools.nets.text import CharTransformer
from blogtools.recipes import process_of, quatrains
from blogtools.recipes.process import EDIT, MASKED

ALPHA = 1e-6
SIZE, LENGTH, DRAWS = 3, 4, 12000
KINDS = {"mask": Mask(SIZE), "different": Edit(SIZE), "any": Edit(SIZE, different=False)}
DATA = torch.tensor(list(pairs(SIZE)))
WHOLE = torch.arange(LENGTH, -1, -1)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def p_value(x: Tensor, law: Mapping[tuple[int, ...], Fraction]) -> float:
    """Of a chi-squared test of draws [n, l] against a law; 0 where it gives what the law rules out."""
    found = Counter(map(tuple, x.tolist()))
    if not found.keys() <= {word for word, share in law.items() if share}:
        return 0.0
    expected = sorted(((float(share), word) for word, share in law.items() if share), reverse=True)
    seen = np.array([found[word] for _, word in expected], dtype=float)
    mean = np.array([share for share, _ in expected]) * len(x)
    # Words that come less than five times are counted as one.
    few = mean < 5
    seen, mean = (np.append(v[~few], v[few].sum()) if few.any() else v for v in (seen, mean))
    return float(stats.chisquare(seen, mean).pvalue) if len(seen) > 1 else 1.0


def wide(process: Mask | Edit) -> Any:
    """The logits of the data, and where no text leads to x those of all words: what ``Words`` takes for exact."""
    near = Texts(DATA, process, SIZE)
    far = Texts(torch.tensor(list(itertools.product(range(SIZE), repeat=LENGTH))), process, SIZE)

    def logits(x: Tensor, t: Tensor) -> Tensor:
        out = far(x, t)
        each = x[..., None, :].expand(*x.shape[:-1], *DATA.shape)
        known = ~torch.isneginf(process.log_chance(DATA.expand_as(each), each, t)).all(-1)
        out[known] = near(x[known], t)
        return out

    return logits


def starts(kind: str) -> Tensor:
    """Draws of x_l, [n, l]."""
    process = KINDS[kind]
    x0 = DATA[torch.randint(len(DATA), (DRAWS,), generator=seeded(5))]
    return process.forward(x0, process.noise(x0, seeded(6)), LENGTH)


class TestProcesses:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("t", range(LENGTH + 1))
    def test_forward_has_the_law_by_enumeration(self, kind: str, t: int) -> None:
        x0 = torch.tensor([0, 1, 1, 2]).expand(DRAWS, LENGTH)
        process: Process = KINDS[kind]
        law = Words(pairs(SIZE), SIZE, kind).destroyed((0, 1, 1, 2), t)
        assert sum(law.values()) == 1
        assert p_value(process.forward(x0, process.noise(x0, seeded(t)), t), law) > ALPHA

    @pytest.mark.parametrize("kind", KINDS)
    def test_chances_are_those_of_the_law(self, kind: str) -> None:
        words, x0 = Words(pairs(SIZE), SIZE, kind), (0, 1, 1, 2)
        tokens = SIZE + (kind == "mask")
        everything = torch.tensor(list(itertools.product(range(tokens), repeat=LENGTH)))
        for t in range(LENGTH + 1):
            law = words.destroyed(x0, t)
            found = KINDS[kind].log_chance(torch.tensor(x0), everything, t).exp()
            assert torch.allclose(
                found, torch.tensor([float(law.get(tuple(w), 0)) for w in everything.tolist()]).double()
            )

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(("t", "after"), [(4, 3), (3, 1), (2, 2), (3, 0)])
    def test_the_recovered_noise_is_a_posterior_draw(self, kind: str, t: int, after: int) -> None:
        """It leads to x_t again, and through it any x_after has its law: 9262.eq7, also where ε is not unique."""
        process = KINDS[kind]
        x0 = torch.tensor([2, 0, 1, 1]).expand(DRAWS, LENGTH)
        x_t = process.forward(x0, process.noise(x0, seeded(1)), t)
        eps = process.recover(x0, x_t, t, seeded(2))
        assert torch.equal(process.forward(x0, eps, t), x_t)
        law = Words(pairs(SIZE), SIZE, kind).destroyed((2, 0, 1, 1), after)
        assert p_value(process.forward(x0, eps, after), law) > ALPHA
        assert p_value(revise(process, x0, x_t, t, after, fresh=1, generator=seeded(3)), law) > ALPHA

    @pytest.mark.parametrize("kind", KINDS)
    def test_one_step_sets_right_one_place_at_most(self, kind: str) -> None:
        process = KINDS[kind]
        x0 = torch.tensor([2, 0, 1, 1]).expand(DRAWS, LENGTH)
        x_t = process.forward(x0, process.noise(x0, seeded(1)), 3)
        after = revise(process, x0, x_t, 3, 2, generator=seeded(3))
        moved = (after != x_t).sum(-1)
        assert (moved <= 1).all()
        assert ((after == x_t) | (after == x0)).all()
        if kind != "any":
            assert (moved == 1).all()
        which = (after != x_t).double().mean(0)
        assert torch.allclose(which, which.mean().expand(LENGTH), atol=0.02)

    @pytest.mark.parametrize("kind", KINDS)
    def test_recovered_orders_are_alike(self, kind: str) -> None:
        """Each of the t! (l−t)! orders that lead to x_t, and for "any" those of each set that holds the changed."""
        process, size = KINDS[kind], SIZE
        x0 = torch.tensor([2, 0, 1, 1]).expand(DRAWS, LENGTH)
        x_t = torch.tensor([SIZE, 0, SIZE, 1] if kind == "mask" else [0, 0, 2, 1]).expand(DRAWS, LENGTH)
        if kind == "any":
            x_t = torch.tensor([0, 0, 1, 1]).expand(DRAWS, LENGTH)
        eps = process.recover(x0, x_t, 2, seeded(4))
        order = eps if kind == "mask" else eps // size
        ways = [w for w in itertools.permutations(range(LENGTH)) if {p for p in range(LENGTH) if w[p] < 2} >= {0}]
        if kind != "any":
            ways = [w for w in ways if w[2] < 2]
        assert p_value(order, dict.fromkeys(ways, Fraction(1, len(ways)))) > ALPHA

    def test_what_is_pinned_stays(self) -> None:
        free = torch.tensor([True, False, True, True])
        for process in (Mask(SIZE, free), Edit(SIZE, free=free), Edit(SIZE, different=False, free=free)):
            x0 = torch.tensor([2, 0, 1, 1]).expand(2000, LENGTH)
            for t in range(4):
                x_t = process.forward(x0, process.noise(x0, seeded(t)), t)
                assert (x_t[:, 1] == 0).all()
                eps = process.recover(x0, x_t, t, seeded(9))
                assert torch.equal(process.forward(x0, eps, t), x_t)
                if not (isinstance(process, Edit) and not process.different):
                    assert ((x_t != x0).sum(-1) == t).all()
            with pytest.raises(ValueError, match="number of free places, 3"):
                process.forward(x0, process.noise(x0), 4)
            wrong = x0.clone()
            wrong[:, 1] = 1
            with pytest.raises(ValueError):
                process.recover(x0, wrong, 1)
            assert torch.isneginf(process.log_chance(x0, wrong, 1)).all()

    def test_each_sample_may_have_its_clock(self) -> None:
        t = torch.tensor([0, 2, 4])
        x0 = torch.tensor([2, 0, 1, 1]).expand(3, LENGTH)
        for process in (Mask(SIZE), Edit(SIZE)):
            x_t = process.forward(x0, process.noise(x0, seeded()), t)
            assert (x_t != x0).sum(-1).tolist() == t.tolist()
            assert ((process.forward(x0, process.recover(x0, x_t, t), t // 2)) != x0).sum(-1).tolist() == [0, 1, 2]

    @pytest.mark.parametrize(
        ("call", "complaint"),
        [
            (lambda x: Mask(3).forward(x, Mask(3).noise(x), 5), "t = 5 must be whole numbers from 0 to"),
            (lambda x: Mask(3).forward(x, Mask(3).noise(x), -1), "t = -1 must"),
            (lambda x: Mask(3).forward(x, Mask(3).noise(x), 1.5), "t = 1.5 must"),
            (lambda x: Mask(3).noise(x.double()), "must be a tensor of whole numbers"),
            (lambda x: Mask(3, torch.ones(3, dtype=torch.bool)).noise(x), r"free has shape \(3,\)"),
            (lambda x: Mask(3, torch.ones(4)).noise(x), "must be bool"),
            (lambda x: Mask(3).recover(x, x, 2), "x_t has 0 masks where t = 2"),
            (lambda x: Mask(3).recover(x, torch.tensor([[3, 2, 2, 0]]), 1), "x0 differs from x_t where"),
            (lambda x: Edit(3).recover(x, x, 1), "differ in 0 places, but exactly t = 1"),
            (lambda x: Edit(3, different=False).recover(x, (x + 1) % 3, 3), "4 places, but at most t = 3"),
            (lambda x: Edit(3).forward(x + 1, Edit(3).noise(x), 1), "tokens from 1 to 3, but the alphabet is 0 … 2"),
            (lambda x: Edit(3).recover(x, x + 1, 4), "x_t has tokens from 1 to 3"),
            (lambda x: Edit(1), "size = 1 must be"),
            (lambda x: revise(Mask(3), x, x, 0, 0, fresh=0).shape, None),
        ],
    )
    def test_bad_input(self, call: Any, complaint: str | None) -> None:
        x = torch.tensor([[0, 1, 2, 0]])
        if complaint is None:
            call(x)
            return
        with pytest.raises(ValueError, match=complaint):
            call(x)

    def test_a_share_between_is_refused(self) -> None:
        with pytest.raises(ValueError, match="needs a Gaussian"):
            sample(Fill(Texts(DATA, Mask(3), 3), 3), Mask(3), starts("mask"), WHOLE, fresh=0.5)


class TestAlgorithms:
    """The sampler with its settings against the laws by enumeration, on words aabb."""

    @pytest.mark.parametrize("guess", ["joint", "places"])
    def test_alg3(self, guess: str) -> None:
        words = Words(pairs(SIZE), SIZE, "mask")
        predict = Fill(wide(KINDS["mask"]), SIZE, generator=seeded(1)) if guess == "places" else Joint("mask")
        end = sample(predict, KINDS["mask"], starts("mask"), WHOLE, fresh=1, generator=seeded(2)).x
        law = words.ends(words.stepper(guess, fresh=True))
        assert p_value(end, law) > ALPHA
        assert words.valid(law) == (Fraction(5, 6) if guess == "places" else 1)

    @pytest.mark.parametrize("one", [False, True])
    def test_alg4_and_alg5(self, one: bool) -> None:
        words = Words(pairs(SIZE), SIZE, "mask")
        predict = Fill(Texts(DATA, KINDS["mask"], SIZE), SIZE, one=one, generator=seeded(1))
        run = sample(predict, KINDS["mask"], starts("mask"), WHOLE, generator=seeded(2), keep_path=True)
        assert p_value(run.x, words.data) > ALPHA
        assert words.ends(words.merged) == words.ends(words.stepper("places", fresh=False)) == pairs(SIZE)
        assert run.path is not None
        for t, now, after in zip(WHOLE.tolist(), run.path, run.path[1:], strict=False):
            assert ((now == SIZE).sum(-1) == t).all()
            assert (after[now != SIZE] == now[now != SIZE]).all()

    def test_larger_steps(self) -> None:
        """From four masks to two and to none: places filled together do not know of one another."""
        predict = Fill(wide(KINDS["mask"]), SIZE, generator=seeded(1))
        end = sample(predict, KINDS["mask"], starts("mask"), torch.tensor([4, 2, 0]), generator=seeded(2)).x
        valid = float(((end[:, 0] == end[:, 1]) & (end[:, 2] == end[:, 3])).double().mean())
        # A pair is filled together in a third of the orders, and then the other is too.
        assert valid == pytest.approx(2 / 3 + 1 / 3 / SIZE**2, abs=5 * 0.5 / DRAWS**0.5)

    @pytest.mark.parametrize("kind", ["different", "any"])
    def test_alg1(self, kind: str) -> None:
        words = Words(pairs(SIZE), SIZE, kind)
        predict = Rewrite(wide(KINDS[kind]), generator=seeded(1))
        end = sample(predict, KINDS[kind], starts(kind), WHOLE, fresh=1, generator=seeded(2)).x
        assert p_value(end, words.ends(words.stepper("places", fresh=True))) > ALPHA

    def test_alg2(self) -> None:
        words = Words(pairs(SIZE), SIZE, "different")
        predict = Rewrite(Texts(DATA, KINDS["different"], SIZE), exactly=True, generator=seeded(1))
        end = sample(predict, KINDS["different"], starts("different"), WHOLE, generator=seeded(2)).x
        law = words.ends(words.stepper("exactly", fresh=False))
        assert words.valid(law) == 1
        assert p_value(end, law) > ALPHA

    def test_improved_steps_are_right_although_any_is_not_invertible(self) -> None:
        """9271.claim7 asks too much: with x̂_0 from the joint posterior, a posterior draw of ε keeps the law."""
        words = Words(pairs(2), 2, "any")
        assert words.ends(words.stepper("joint", fresh=False)) == pairs(2)
        end = sample(Joint("any"), KINDS["any"], starts("any"), WHOLE, generator=seeded(2)).x
        assert p_value(end, pairs(SIZE)) > ALPHA

    def test_pinned_places_condition(self) -> None:
        free = torch.tensor([True, True, True, False])
        process = Mask(SIZE, free)
        start = torch.tensor([3, 3, 3, 2]).expand(DRAWS, LENGTH)
        predict = Fill(Texts(DATA, Mask(SIZE), SIZE), SIZE, generator=seeded(1))
        end = sample(predict, process, start, torch.tensor([3, 2, 1, 0]), generator=seeded(2)).x
        law = {(a, a, 2, 2): Fraction(1, SIZE) for a in range(SIZE)}
        assert p_value(end, law) > ALPHA
        edited = Edit(SIZE, free=free)
        x0 = torch.tensor(list(law))[torch.randint(SIZE, (DRAWS,), generator=seeded(3))]
        start = edited.forward(x0, edited.noise(x0, seeded(4)), 3)
        texts = Texts(torch.tensor(list(law)), edited, SIZE)
        rewrite = Rewrite(texts, exactly=True, free=free, generator=seeded(5))
        end = sample(rewrite, edited, start, torch.tensor([3, 2, 1, 0]), generator=seeded(6)).x
        assert set(map(tuple, end.tolist())) == law.keys()
        assert (Rewrite(lambda x, t: torch.zeros(*x.shape, SIZE), free=free)(start, torch.tensor(3))[:, 3] == 2).all()

    def test_a_text_without_masks_stays(self) -> None:
        x = torch.tensor([[0, 1, 2, 0]]).expand(50, LENGTH)
        for one in (False, True):
            predict = Fill(lambda x, t: torch.zeros(*x.shape, SIZE), SIZE, one=one, generator=seeded())
            assert torch.equal(predict(x, torch.tensor(1)), x)

    def test_temperature(self) -> None:
        said = torch.tensor([0.0, 1.0, 3.0]).expand(DRAWS, 1, 3)
        for temperature in (0.3, 1.0, 4.0):
            drawn = Fill(lambda x, t: said, 3, temperature, generator=seeded())(
                torch.full((DRAWS, 1), 3), torch.tensor(1)
            )
            share = torch.softmax(torch.tensor([0.0, 1.0, 3.0]) / temperature, 0)
            assert np.allclose(np.bincount(drawn[:, 0], minlength=3) / DRAWS, share, atol=0.03)
        for wrong in (0.0, -1.0, math.inf, math.nan):
            for predictor in (lambda w: Fill(wide, 3, w), lambda w: Rewrite(wide, w)):
                with pytest.raises(ValueError, match="temperature"):
                    predictor(wrong)


class Joint:
    """x̂_0 as one draw from the posterior."""

    def __init__(self, kind: str) -> None:
        self.texts, self.generator = Texts(DATA, KINDS[kind], SIZE), seeded(8)

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        chances = self.texts.chances(x, t)
        return DATA[torch.multinomial(chances, 1, generator=self.generator)[:, 0]]


def weights(length: int, seed: int) -> tuple[Tensor, Tensor]:
    draw = torch.randn((2, length), dtype=torch.float64, generator=seeded(seed)) * 3
    return draw[0], draw[1]


def enumerated(log_yes: Tensor, log_no: Tensor, t: int) -> dict[tuple[int, ...], float]:
    """The law of which places say yes, by listing all."""
    length, out = len(log_yes), {}
    for chosen in itertools.combinations(range(length), t):
        said = [i in chosen for i in range(length)]
        out[tuple(map(int, said))] = float(torch.where(torch.tensor(said), log_yes, log_no).sum().exp())
    return {word: share / sum(out.values()) for word, share in out.items()}


class TestExactlyT:
    @given(st.integers(1, 7), st.integers(0, 10_000), st.data())
    def test_chances_by_listing_all(self, length: int, seed: int, data: st.DataObject) -> None:
        t = data.draw(st.integers(0, length))
        log_yes, log_no = weights(length, seed)
        law = enumerated(log_yes, log_no, t)
        expected = [sum(share for word, share in law.items() if word[i]) for i in range(length)]
        found = log_included(log_yes, log_no, torch.tensor(t)).exp()
        assert found.numpy() == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert float(found.sum()) == pytest.approx(t)

    @pytest.mark.parametrize("t", [1, 2, 4])
    def test_draws_have_that_law(self, t: int) -> None:
        log_yes, log_no = weights(5, 3)
        drawn = exactly_t(log_yes.expand(DRAWS, 5), log_no.expand(DRAWS, 5), torch.tensor(t), seeded(1))
        law = {word: Fraction(share) for word, share in enumerated(log_yes, log_no, t).items()}
        assert p_value(drawn.long(), law) > ALPHA

    def test_certain_places_and_clocks_of_their_own(self) -> None:
        log_yes = torch.tensor([[0.0, -math.inf, 1.0], [-math.inf, 0.0, 0.0]]).double()
        log_no = torch.tensor([[-math.inf, 0.0, 0.0], [0.0, 0.0, -math.inf]]).double()
        drawn = exactly_t(log_yes, log_no, torch.tensor([2, 1]), seeded())
        assert drawn.tolist() == [[True, False, True], [False, False, True]]
        found = log_included(log_yes, log_no, torch.tensor([2, 1])).exp()
        assert found.tolist() == [[1, 0, 1], [0, 0, 1]]
        for function in (exactly_t, log_included):
            with pytest.raises(ValueError, match="no draw has exactly t = 3"):
                function(log_yes, log_no, torch.tensor([3, 1]))
            with pytest.raises(ValueError, match="must lie in 0 … 3"):
                function(log_yes, log_no, torch.tensor(4))

    def test_weights_far_apart(self) -> None:
        log_yes, log_no = torch.linspace(-2000, 900, 40).double(), torch.zeros(40).double()
        found = log_included(log_yes, log_no, torch.tensor(7)).exp()
        assert found.numpy() == pytest.approx([0.0] * 33 + [1.0] * 7, abs=1e-9)


class TestBounds:
    process, size = Mask(SIZE), SIZE
    shares = torch.tensor([5.0, 1, 2, 1, 7, 1, 1, 1, 3])

    def mean(self, bound: Any, logits: Any, process: Any, word: list[int]) -> tuple[float, float]:
        x0 = torch.tensor(word).expand(DRAWS, LENGTH)
        t = torch.randint(1, LENGTH + 1, (DRAWS,), generator=seeded(1))
        found = bound(logits, process, x0, t, seeded(2))
        return float(found.mean()), float(found.std()) / DRAWS**0.5

    def test_masked_exact_logits_reach_minus_log_p(self) -> None:
        """In every order the chain rule gives log p(x_0) itself, so the bound is no bound but the value."""
        texts = Texts(DATA, self.process, SIZE, self.shares)
        for k in (0, 4, 8):
            found, error = self.mean(mask_bound, texts, self.process, DATA[k].tolist())
            assert found == pytest.approx(-math.log(self.shares[k] / self.shares.sum()), abs=5 * error)

    def test_masked_unknowing_logits_lose_all(self) -> None:
        found, error = self.mean(mask_bound, lambda x, t: torch.zeros(*x.shape, SIZE), self.process, [0, 0, 1, 1])
        assert found == pytest.approx(LENGTH * math.log(SIZE), abs=5 * error + 1e-9)

    @pytest.mark.parametrize("knowing", [True, False])
    def test_edited_is_the_divergence_of_all_steps(self, knowing: bool) -> None:
        process, words = Edit(SIZE), Words(pairs(SIZE), SIZE, "different")
        x0 = (0, 0, 1, 1)
        guess = words.places if knowing else lambda x, t: [dict.fromkeys(range(SIZE), Fraction(1, SIZE))] * LENGTH
        expected = LENGTH * math.log(SIZE / (SIZE - 1))
        for t in range(1, LENGTH + 1):
            for x, share in words.destroyed(x0, t).items():
                each = guess(x, t)
                law: dict[tuple[int, ...], float] = {}
                for word in itertools.product(range(SIZE), repeat=LENGTH):
                    differing = [i for i in range(LENGTH) if word[i] != x[i]]
                    p = math.prod(float(q.get(v, 0)) for q, v in zip(each, word, strict=True))
                    if len(differing) == t and p:
                        for i in differing:
                            after = (*x[:i], word[i], *x[i + 1 :])
                            law[after] = law.get(after, 0) + p / t
                whole = sum(law.values())
                for i in range(LENGTH):
                    if x[i] != x0[i]:
                        right = (*x[:i], x0[i], *x[i + 1 :])
                        expected += float(share) / t * math.log(1 / t / (law[right] / whole))
        logits = Texts(DATA, process, SIZE) if knowing else lambda x, t: torch.zeros(*x.shape, SIZE)
        found, error = self.mean(edit_bound, logits, process, list(x0))
        assert found == pytest.approx(expected, abs=5 * error)
        if knowing:
            law_of_all = words.ends(
                words.stepper("exactly", fresh=False),
                dict.fromkeys(itertools.product(range(SIZE), repeat=LENGTH), Fraction(1, SIZE**LENGTH)),
            )
            assert -math.log(law_of_all[x0]) < expected

    def test_edited_asks_for_different(self) -> None:
        with pytest.raises(ValueError, match="different=False"):
            edit_bound(wide, Edit(3, different=False), DATA, torch.tensor(1))


class TestNetworks:
    def test_special_ids_are_never_said_and_t_is_told_where_asked(self) -> None:
        torch.manual_seed(0)
        plain = CharTransformer(12, 4, 16, 1, 2)
        timed = CharTransformer(12, 4, 16, 1, 2, times=5)
        x = torch.tensor([[3, 5, 3, 7]]).expand(2000, 4)
        for network in (plain, timed):
            drawn = Fill(speaking(network, 4), 3, 3.0, generator=seeded())(x, torch.tensor(2))
            assert (drawn >= 4).all()
            assert (drawn[:, 1] == 5).all()
            assert len(set(drawn[:, 0].tolist())) == 8
        said = [speaking(timed, 4)(x[:1], torch.tensor(t)) for t in (1, 2)]
        assert not torch.allclose(said[0][..., 4:], said[1][..., 4:])

    def test_the_one_loss_with_cross_entropy_is_the_bound(self) -> None:
        """With known places carried over, ``denoising_loss`` weighted l/t is ``mask_bound``."""
        process, x0 = Mask(SIZE), DATA[torch.randint(9, (500,), generator=seeded())]
        table = torch.randn(LENGTH, SIZE, generator=seeded(3)).double()
        t = torch.randint(1, LENGTH + 1, (500,), generator=seeded(1))

        def carried(x: Tensor, t: Tensor) -> Tensor:
            known = torch.nn.functional.one_hot(x.clamp(max=SIZE - 1), SIZE).double().log()
            return torch.where((x == SIZE)[..., None], table.log_softmax(-1), known)

        def entropy(said: Tensor, x0: Tensor) -> Tensor:
            return -said.gather(-1, x0[..., None])[..., 0].sum(-1)

        loss = denoising_loss(carried, process, x0, t, seeded(2), weight=lambda t: LENGTH / t, error=entropy)
        bound = mask_bound(lambda x, t: table.expand(*x.shape, SIZE), process, x0, t, seeded(2)).mean()
        assert float(loss) == pytest.approx(float(bound))

    @pytest.mark.parametrize(
        "wrong", [lambda x, t: torch.zeros(*x.shape), lambda x, t: torch.full((*x.shape, 3), math.nan)]
    )
    def test_wrong_answers(self, wrong: Any) -> None:
        with pytest.raises(ValueError, match="logits returned"):
            Fill(wrong, 3)(torch.full((2, 5), 3), torch.tensor(5))

    def test_texts_that_cannot_be(self) -> None:
        with pytest.raises(ValueError, match="cannot come of any"):
            Texts(DATA, Mask(3), 3)(torch.tensor([[0, 1, 3, 3]]), torch.tensor(2))


class TestWords:
    def test_without_its_own_guess_the_naive_way_leaves_the_data(self) -> None:
        """What FINDINGS of the posts calls structural: exact marginals, and still strings that never were."""
        masked, edited = (Words(pairs(SIZE), SIZE, kind) for kind in ("mask", "different"))
        assert masked.valid(masked.ends(masked.stepper("places", fresh=True))) == Fraction(5, 6)
        naive = edited.valid(edited.ends(edited.stepper("places", fresh=True)))
        assert float(naive) == pytest.approx(0.38883, abs=1e-5)

    def test_two_tokens_that_must_differ_keep_all(self) -> None:
        """9271.claim7.memory: at V = 2 the last x_t is x_0 with every token turned."""
        words = Words(pairs(2), 2, "different")
        assert all(len(words.posterior(x, LENGTH)) == 1 for x in words.destroyed_data())

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ((pairs(2), 2, "blur"), "kind = 'blur'"),
            (({(0, 1): Fraction(1, 2), (0,): Fraction(1, 2)}, 2, "mask"), "one length"),
            (({(0, 2): Fraction(1)}, 2, "mask"), "outside 0 … 1"),
            (({(0, 1): Fraction(1, 3)}, 2, "mask"), "add up to 1/3"),
        ],
    )
    def test_bad_input(self, arguments: Any, complaint: str) -> None:
        with pytest.raises(ValueError, match=complaint):
            Words(*arguments)

    def test_bad_guesses(self) -> None:
        words = Words(pairs(2), 2, "mask")
        with pytest.raises(ValueError, match="guess = 'mean'"):
            words.guesses((2, 2, 2, 2), 4, "mean")
        with pytest.raises(ValueError, match="comes of no word"):
            words.posterior((2, 2, 0, 0), 3)
        with pytest.raises(ValueError, match="differ in 2 places, not in t = 1"):
            words.revised((0, 0, 0, 0), (2, 2, 0, 0), 1, fresh=False)


class TestEncode:
    codes = torch.tensor([[-1.0, 0.5], [0.2, 0.0], [2.0, 1.0]], dtype=torch.float64)

    def test_it_is_the_hot_process_of_the_codes(self) -> None:
        process, hot = Encode(lambda word: self.codes[word], Cosine()), Linear(Cosine())
        words, t = torch.tensor([0, 2, 1, 1]), torch.tensor([0.1, 0.4, 0.9, 0.5], dtype=torch.float64)
        eps = process.noise(words, seeded(1))
        assert torch.equal(eps, hot.noise(self.codes[words], seeded(1)))
        x_t = process.forward(words, eps, t)
        assert torch.equal(x_t, hot.forward(self.codes[words], eps, t))
        torch.testing.assert_close(process.recover(words, x_t, t), eps)
        assert process.gaussian

    def test_the_loss_is_minus_log_of_bayes(self) -> None:
        words, t = torch.tensor([0, 2, 1, 1]), torch.tensor([0.1, 0.4, 0.9, 0.5], dtype=torch.float64)
        found = word_loss(self.codes, words, t, Cosine(), seeded(3))
        eps = torch.randn(4, 2, dtype=torch.float64, generator=seeded(3)).numpy()
        for k, word in enumerate(words.tolist()):
            a, b = math.cos(math.pi / 2 * float(t[k])), math.sin(math.pi / 2 * float(t[k]))
            x = a * self.codes[word].numpy() + b * eps[k]
            density = [math.prod(stats.norm.pdf(x, a * code, b)) for code in self.codes.numpy()]
            assert float(found[k]) == pytest.approx(-math.log(density[word] / sum(density)))

    def test_codes_are_learned_and_seeded(self) -> None:
        free, again, held = (learn_codes(5, norm, steps=60, every=20, seed=1) for norm in (0.0, 0.0, 1.0))
        assert torch.equal(free.path, again.path)
        assert free.path.shape == (4, 5, 2)
        assert free.losses.shape == (4,)
        sizes = [run.path.square().sum(-1).mean(-1) for run in (free, held)]
        assert (sizes[0].diff() > 0).all()
        assert sizes[1][-1] < sizes[0][-1] / 4
        assert free.losses[-1] < held.losses[-1] < math.log(5) + 0.2

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ({"size": 1, "norm": 0.0}, "size = 1"),
            ({"size": 3, "norm": -1.0}, "norm = -1.0"),
            ({"size": 3, "norm": 0.0, "steps": 25}, "steps = 25 must be a positive multiple of every = 10"),
        ],
    )
    def test_bad_input(self, arguments: dict[str, Any], complaint: str) -> None:
        with pytest.raises(ValueError, match=complaint):
            learn_codes(**arguments)
        with pytest.raises(ValueError, match="codes"):
            word_loss(torch.full((2, 2), math.nan), torch.tensor([0]), torch.tensor([0.5]), Cosine())


def test_processes_are_described_in_words() -> None:
    assert isinstance(mask := process_of(MASKED), Mask)
    assert mask.mask == MASK
    assert isinstance(edit := process_of(EDIT), Edit)
    assert (edit.first, edit.first + edit.size, edit.different) == (SPECIAL, VOCABULARY_SIZE, True)


def test_networks_begin_with_rhyme_and_tone() -> None:
    """Characters that rhyme lie near one another in the rhyme's coordinates, those of one tone in the tone's."""
    found = quatrains.vectors(quatrains.SMALL["width"])
    ids = vocabulary().encode("東中風流秋")  # the first three rhyme (東), the last two do (尤); all level
    rhyme = found[ids, : quatrains.RHYME_WIDTH]
    near = rhyme @ rhyme.T / np.linalg.norm(rhyme, axis=1) / np.linalg.norm(rhyme, axis=1)[:, None]
    assert near[0, 1] > 0.6 > 0.5 > near[0, 3]
    assert near[3, 4] > 0.6
    tone = slice(quatrains.RHYME_WIDTH, quatrains.RHYME_WIDTH + quatrains.TONE_WIDTH)
    assert (found[ids[2:], tone] > 0).all()
    assert (found[vocabulary().encode("白日")][:, tone] < 0).all()
    assert not found[:SPECIAL].any()
