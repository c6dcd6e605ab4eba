"""Cross-encoder and bi-encoder: what they read, that scores agree however they are asked for, what ships, bad input."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from blogtools.data import SEPARATOR, UNKNOWN, couplet_pairs, famous, next_lines, vocabulary
from blogtools.nets import CharTransformer, Classifier, build, describe, save_weights
from blogtools.recipes import couplets
from blogtools.similarity import BiEncoder, CrossEncoder, auc, cosent_loss, experiment, spearman
from blogtools.similarity.characters import Characters, bi_scores, cross_scores

LINES = ["白日依山盡", "黃河入海流", "低頭思故鄉"]
NAMES = ("cross-couplets", "bi-couplets")


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def net(outputs: int | None, length: int) -> CharTransformer:
    torch.manual_seed(0)
    made = build({"kind": "CharTransformer", "vocabulary": 4096, "length": length, "width": 16, "depth": 1,
                  "heads": 2, "outputs": outputs})  # fmt: skip
    for block in made.blocks:
        torch.nn.init.normal_(block.attended.weight)
    return made


@pytest.fixture(scope="module")
def cross() -> CrossEncoder:
    return CrossEncoder(Characters(net(1, 11)), batch_size=7)


@pytest.fixture(scope="module")
def bi() -> BiEncoder:
    return BiEncoder(Characters(net(8, 5)), batch_size=7)


def test_scores_agree_however_they_are_asked_for(cross: CrossEncoder, bi: BiEncoder) -> None:
    pairs = couplet_pairs("validation", 30, np.random.default_rng(0))
    decode = vocabulary().decode
    for encoder in (cross, bi):
        scores = encoder.predict(pairs)
        assert scores.shape == (30,)
        assert scores.dtype == np.float32
        matrix = encoder.matrix(pairs.first, pairs.second)
        assert matrix.shape == (30, 30)
        np.testing.assert_allclose(np.diag(matrix), scores, atol=1e-5)
        lines = [(LINES[i], LINES[j]) for i in range(3) for j in range(3)]
        np.testing.assert_allclose(encoder.predict(lines), encoder.matrix(LINES, LINES).ravel(), atol=1e-5)
        known = [i for i in range(30) if UNKNOWN not in (*pairs.first[i], *pairs.second[i])]
        written = [(decode(pairs.first[i]), decode(pairs.second[i])) for i in known]
        np.testing.assert_allclose(encoder.predict(written), scores[known], atol=1e-5)


def test_a_cross_encoder_reads_both_and_their_order(cross: CrossEncoder) -> None:
    a, b = (torch.from_numpy(vocabulary().encode(line))[None] for line in LINES[:2])
    row = torch.cat([a, torch.tensor([[SEPARATOR]]), b], 1)
    expected = cross.body.net(row)[0, :, 0].mean()
    assert cross.predict([LINES[:2]])[0] == pytest.approx(float(expected.detach()), abs=1e-6)
    assert abs(cross.predict([(LINES[1], LINES[0])])[0] - float(expected.detach())) > 1e-4


def test_a_bi_encoder_gives_vectors_of_length_one(bi: BiEncoder) -> None:
    vectors = bi.encode(LINES)
    assert vectors.shape == (3, 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(bi.matrix(LINES, LINES), vectors @ vectors.T, atol=1e-6)
    ids = torch.from_numpy(np.stack([vocabulary().encode(line) for line in LINES]))
    states = bi.body.net(ids).detach().mean(1)
    np.testing.assert_allclose(vectors, torch.nn.functional.normalize(states, dim=-1), atol=1e-6)
    torch.testing.assert_close(
        bi_scores(bi.body.net, ids, ids.flip(0)), torch.cosine_similarity(states, states.flip(0)), atol=1e-5, rtol=0
    )


def test_rank_puts_the_best_first(cross: CrossEncoder, bi: BiEncoder) -> None:
    for encoder in (cross, bi):
        ranked = encoder.rank(LINES[0], LINES)
        scores = encoder.matrix([LINES[0]], LINES)[0]
        assert [r.index for r in ranked] == np.argsort(-scores).tolist()
        assert [r.score for r in ranked] == pytest.approx(sorted(scores, reverse=True))
        assert encoder.rank(LINES[0], LINES, top_k=2) == ranked[:2]
        assert encoder.rank(LINES[0], LINES, top_k=9) == ranked
        # Equal scores keep the order of the list.
        assert [r.index for r in encoder.rank(LINES[0], [LINES[1]] * 3)] == [0, 1, 2]


def test_unknown_characters_are_one_character(cross: CrossEncoder, bi: BiEncoder) -> None:
    rare, rarer = ("白日依山" + chr(0x20000 + k) for k in range(2))
    for encoder in (cross, bi):
        same = encoder.matrix([rare, rarer], LINES)
        np.testing.assert_array_equal(same[0], same[1])


def test_bad_input_is_named(cross: CrossEncoder, bi: BiEncoder) -> None:
    for encoder in (cross, bi):
        for wrong in ("", "白日", "白日依山盡黃"):
            with pytest.raises(ValueError, match=f"documents holds '{wrong}', but every line must have 5 characters"):
                encoder.matrix(LINES, [LINES[0], wrong])
        for other in ("hello", "白日依山。"):
            with pytest.raises(ValueError, match=r"text=.* ideograph"):
                encoder.matrix([other], LINES)
        with pytest.raises(ValueError, match=r"queries = \[\] must be a sequence of at least one line"):
            encoder.matrix([], LINES)
        with pytest.raises(ValueError, match="documents = '白日依山盡' must be a sequence"):
            encoder.rank(LINES[0], LINES[0])
        with pytest.raises(ValueError, match=r"queries has shape \(2, 4\), but must be ids \(N, 5\)"):
            encoder.matrix(np.ones((2, 4), dtype=int), LINES)
        with pytest.raises(ValueError, match="expected 0 … 4095"):
            encoder.matrix(np.full((1, 5), 4096), LINES)
        with pytest.raises(ValueError, match="top_k = 0 must be at least 1"):
            encoder.rank(LINES[0], LINES, top_k=0)
        for pairs in ([], "ab", [LINES], [LINES[0]]):
            with pytest.raises(ValueError, match="pairs must be a list of at least one"):
                encoder.predict(pairs)
    with pytest.raises(ValueError, match="batch_size = 0"):
        BiEncoder(bi.body, batch_size=0)


def test_networks_that_are_no_such_encoder_are_refused(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="body has 8 outputs, but a cross-encoder must have one"):
        CrossEncoder(Characters(net(8, 5)))
    with pytest.raises(ValueError, match="body has 1 output, but a bi-encoder must have at least two"):
        BiEncoder(Characters(net(1, 11)))
    with pytest.raises(ValueError, match="CharTransformer without outputs"):
        Characters(net(None, 5))
    with pytest.raises(ValueError, match="a cross-encoder's two lines make 2n"):
        Characters(net(1, 10))
    with pytest.raises(ValueError, match="Classifier without outputs"):
        Characters(Classifier((8, 8), channels=4, features=6))
    save_weights(tmp_path / "mine.safetensors", net(8, 5), {})
    assert BiEncoder.load(tmp_path / "mine.safetensors").encode(LINES).shape == (3, 8)
    with pytest.raises(ValueError, match="expected one of"):
        BiEncoder.load("bi-couplet")


def test_recipes_begin_with_vectors_that_already_know_something() -> None:
    pairs = couplet_pairs("validation", 900, np.random.default_rng(0))
    first, second = torch.from_numpy(pairs.first), torch.from_numpy(pairs.second)
    vectors = couplets.RECIPES["bi-couplets"].begin(couplets.BI).characters.weight.detach()
    bag = [torch.nn.functional.normalize(vectors[ids].mean(1), dim=-1) for ids in (first, second)]
    assert auc((bag[0] * bag[1]).sum(-1), pairs.label, 0, 2) > 0.65


def test_a_loss_of_a_recipe_is_that_of_its_scores() -> None:
    batch = couplets.graded_pairs(60, 1)
    assert torch.equal(batch[0], couplets.graded_pairs(60, 1)[0])
    assert batch[2].bincount().tolist() == [20, 20, 20]
    for name, made, scorer in (("cross-couplets", net(1, 11), cross_scores), ("bi-couplets", net(8, 5), bi_scores)):
        scale = 1.0 if name == "cross-couplets" else 20.0
        value = couplets.RECIPES[name].loss(made, batch, torch.Generator())
        torch.testing.assert_close(value, cosent_loss(scorer(made, batch[0], batch[1]), batch[2], scale))
        value.backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in made.parameters())


# --- what ships


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_is_as_good_on_the_test_poems_as_its_manifest_says(name: str) -> None:
    kind = CrossEncoder if name == "cross-couplets" else BiEncoder
    figures = describe(name)["figures"]
    encoder = kind.load(name)
    pairs = couplet_pairs("test", 3000, np.random.default_rng(11))
    scores = encoder.predict(pairs)
    assert stats.spearmanr(scores, pairs.label).statistic == pytest.approx(figures["spearman"], abs=0.04)
    for low, high in ((0, 2), (1, 2), (0, 1)):
        assert auc(scores, pairs.label, low, high) == pytest.approx(figures[f"auc_{high}v{low}"], abs=0.04)
    # Two thirds of the pairs have another label, so shuffled scores are the null.
    assert abs(spearman(np.roll(scores, 1), pairs.label)) < 0.06


def test_the_next_line_is_found_among_many_more_often_than_by_chance() -> None:
    lines = next_lines("test", 150, 300, np.random.default_rng(3))
    for kind, name, at_least in ((CrossEncoder, NAMES[0], 0.30), (BiEncoder, NAMES[1], 0.20)):
        matrix = kind.load(name).matrix(lines.queries, lines.items)
        gold = matrix[np.arange(150), lines.gold]
        assert ((matrix > gold[:, None]).sum(1) < 10).mean() > at_least


def test_famous_couplets_score_above_mixed_ones() -> None:
    first, second = zip(*[(p.lines[i], p.lines[i + 1]) for p in famous() for i in (0, 2)], strict=True)
    for kind, name in ((CrossEncoder, NAMES[0]), (BiEncoder, NAMES[1])):
        matrix = kind.load(name).matrix(list(first), list(second))
        better = (np.diag(matrix)[:, None] > matrix).sum() / (matrix.size - len(matrix))
        # Quatrains are not bound to be parallel; by chance it is a half, with a deviation of 0.06 for 24 couplets.
        assert better > 0.62


# --- the experiment


def test_a_run_of_the_experiment_is_fixed_by_its_seed_and_only_the_loss_differs() -> None:
    def first_weight(*run: Any) -> torch.Tensor:
        return experiment.learn(*run, steps=2).raw.characters.weight

    assert torch.equal(first_weight("bi", "CE", 3), first_weight("bi", "CE", 3))
    assert not torch.equal(first_weight("bi", "CE", 3), first_weight("bi", "CE", 4))
    # Rows of characters that were not drawn stay as they began: the same for every loss.
    one, other = first_weight("bi", "CE", 3), first_weight("bi", "CoSENT", 3)
    assert 0.3 < float((one == other).all(1).float().mean()) < 1


def test_the_judge_knows_what_the_measures_are() -> None:
    found = experiment.judge("bi", couplets.beginning(couplets.BI))
    assert tuple(found) == experiment.MEASURES
    pairs = experiment.held_out("test")
    untrained = bi_scores(
        couplets.beginning(couplets.BI), torch.from_numpy(pairs.first), torch.from_numpy(pairs.second)
    )
    assert found["spearman"] > 0.15
    assert abs(found["spearman"] - spearman(untrained, pairs.label)) < 0.1
    assert found["accuracy_at_0"] < found["accuracy"] + 0.02
    assert (pairs.label != 2).mean() == pytest.approx(2 / 3)


def test_runs_that_are_not_there_are_named() -> None:
    with pytest.raises(ValueError, match="scorer = 'tri', loss = 'CE': expected one of cross, bi"):
        experiment.learn("tri", "CE", 0)
    with pytest.raises(ValueError, match="loss = 'hinge'"):
        experiment.learn("bi", "hinge", 0)
