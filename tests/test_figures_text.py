"""The figures of 9271 on text: each ``compute`` against facts that do not pass through it."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy import stats

from blogtools.data import LEVEL, MASK, OBLIQUE, famous, known_bigrams, regulated, tones, vocabulary
from blogtools.diffusion.text.quatrains import RULES, quality, write
from blogtools.figures import figure
from blogtools.figures.unified_diffusion import codes, edits, few, quatrain, words
from blogtools.live import style


class TestEdits:
    @pytest.mark.parametrize(("t", "size"), [(0, 3), (7, 2), (20, 100)])
    def test_bars_are_the_laws(self, t: int, size: int) -> None:
        shown = edits.compute(t, size, 1)
        any_, different = (np.array([bar[1, 1] for bar in shown[f"{kind} bars"]]) for kind in edits.ROWS)
        assert different.tolist() == [float(k == t) for k in range(21)]
        assert any_.sum() == pytest.approx(1)
        law = [math.comb(t, k) * (1 - 1 / size) ** k / size ** (t - k) if k <= t else 0.0 for k in range(21)]
        assert shown["law"][:, 1].tolist() == pytest.approx(law)
        assert np.abs(any_ - law).max() < 0.06
        wide = math.sqrt(t * (1 - 1 / size) / size)
        assert (
            f"(exactly {t * (1 - 1 / size):.2f}, deviation {wide:.2f}), by a different one {t}.00" in shown["readout"]
        )

    def test_rows_show_one_text(self) -> None:
        shown = edits.compute(12, 3, 4)
        for kind in edits.ROWS:
            replaced, changed = ({x for x, _ in shown[f"{kind} {what}"]} for what in ("replaced", "changed"))
            assert len(replaced) == 12
            assert changed <= replaced
            assert (changed == replaced) == (kind == "different")


class TestWords:
    @pytest.mark.parametrize(
        ("kind", "naive"), [("mask", Fraction(7, 8)), ("edit, a different one", Fraction(49, 128))]
    )
    def test_even_pairs(self, kind: str, naive: Fraction) -> None:
        shown = words.compute(kind, 50)
        assert f"naive {naive} = {float(naive):.4f}, improved 1 = 1.0000" in shown["readout"]
        heights = {name: np.array([bar[1, 1] for bar in shown[name]]) for name in ("data", "naive", "improved")}
        for values in heights.values():
            assert values.sum() == pytest.approx(1)
        assert heights["data"].tolist() == [0.25 * (name[0] == name[1] and name[2] == name[3]) for name in words.NAMES]
        assert np.allclose(heights["improved"], heights["data"])
        kept = heights["naive"][heights["data"] > 0].sum()
        assert kept == pytest.approx(float(naive))

    def test_where_all_four_are_alike(self) -> None:
        """One letter that is seen tells all, so the naive way errs only where none is known for certain."""
        for kind in words.KINDS:
            naive, improved, valid, kept = words.ends(kind, 20)
            assert improved == words.data(20) == {(0,) * 4: Fraction(1, 2), (1,) * 4: Fraction(1, 2)}
            assert kept == 1
            assert (valid == 1) == (kind == "mask")
            assert sum(naive.values()) == 1

    def test_long_fractions_are_not_written(self) -> None:
        assert words.written(Fraction(49, 128)) == "49/128 = 0.3828"
        assert words.written(Fraction(12345, 98767)) == "0.1250"

    def test_the_distance(self) -> None:
        assert words.apart(words.data(10), 10) == 0
        assert words.apart({(0, 1, 0, 1): Fraction(1)}, 10) == 1


class TestCodes:
    def test_they_run_away_and_are_held(self) -> None:
        free, held = (
            codes.learned(6, price, 0).path.square().sum(-1).mean(-1).sqrt() for price in ("nothing", "0.05 ‖F‖²")
        )
        assert (free[5:].diff() > 0).all()
        assert free[-1] > 3 * held[-1]
        assert held[10:].max() < 1.2 * held[10:].min()

    def test_what_is_shown(self) -> None:
        shown = codes.compute(100, 6, "nothing", 0)
        found = codes.learned(6, "nothing", 0)
        assert np.allclose(shown["codes"], found.path[10])
        assert shown["size"].shape == shown["loss"].shape == (11, 2)
        assert shown["size"][-1] == pytest.approx([100, np.sqrt(np.square(shown["codes"]).sum(-1).mean())])
        assert all(len(trail) == 11 for trail in shown["trails"])
        assert f"log 6 = {math.log(6):.3f}" in shown["readout"]
        assert shown["loss"][-1] == pytest.approx([100, float(found.losses[10])])
        assert f"codes {shown['size'][-1, 1]:.2f} · loss (eq18) {shown['loss'][-1, 1]:.3f} nats" in shown["readout"]
        # The plane holds the whole training, and stands still while it goes on.
        assert shown["plane"] == codes.compute(0, 6, "nothing", 0)["plane"]
        assert shown["plane"]["xlim"][1] == pytest.approx(1.15 * found.path.abs().max().item())

    def test_the_price_is_half_the_norm(self) -> None:
        assert [norm / 2 for norm in codes.NORMS.values()] == [0, 0.005, 0.05, 0.5]


class TestQuatrain:
    free = quatrain.FREE

    @pytest.mark.parametrize("rule", RULES)
    def test_a_path_is_what_the_rule_says(self, rule: str) -> None:
        found = quatrain.path(rule, self.free, 0.7, 0)
        assert found.shape == (21, 20)
        assert (found[-1] >= 4).all()
        masked, changed = (found == 3).sum(1), (found[1:] != found[:-1]).sum(1)
        if RULES[rule].net == "mask-quatrains":
            assert masked.tolist() == list(range(20, -1, -1))
        else:
            assert not masked.any()
        if rule in ("alg2", "alg4", "alg5"):
            assert (changed == 1).all()
        else:
            assert changed.mean() > 1.5

    def test_a_given_line_stays_and_a_clicked_character_too(self) -> None:
        live = figure("9271.quatrain")
        first = next(iter(quatrain.LINES))
        live.set(line=first)
        ids = vocabulary().encode(famous()[0].lines[0])
        assert live.parameters["pinned"][:5] == tuple(ids)
        assert live.parameters["picks"].sum() == 5
        now = quatrain.path("alg4", live.parameters["pinned"], 0.7, 0)
        assert len(now) == 16
        assert (now[:, :5] == ids).all()
        live.set(share=100)
        end = quatrain.path("alg4", live.parameters["pinned"], 0.7, 0)[-1]
        picks = live.parameters["picks"].copy()
        picks[19] = 1
        live.set(picks=picks)
        assert live.parameters["pinned"][19] == end[19]
        picks[0] = 0
        live.set(picks=picks)
        assert live.parameters["pinned"][0] == 0
        live.set(free=1)
        assert live.parameters["pinned"] == self.free
        assert not live.parameters["picks"].any()
        assert live.parameters["line"] == quatrain.NOTHING

    def test_half_way_the_measures_are_of_the_end(self) -> None:
        found = quatrain.path("alg4", self.free, 0.7, 0)
        shown = quatrain.compute(quatrain.WORDS["alg4"], 60, 0.7, "nothing", np.zeros(20, int), self.free, 0, 0)
        (place,) = np.flatnonzero(found[12] != found[11])
        assert shown["changed"].tolist() == [quatrain.PLACES[place].tolist()]
        assert shown[f"character {place}"]["color"] == style.VERMILION
        assert "step 12 of 20 · masked 8 · changed in this step 1 · pinned 0" in shown["readout"]
        assert f"known pairs {round(16 * known_bigrams(found[-1:]))} of 16" in shown["readout"]
        assert not len(shown["pins"])
        assert (quatrain.path("alg4", self.free, 0.7, 1) != found).any()

    @pytest.mark.parametrize(("rule", "masked"), [("alg1", False), ("alg4", True)])
    def test_a_click_pins_what_stands_there_or_will(self, rule: str, masked: bool) -> None:
        live = figure("9271.quatrain")
        live.set(rule=quatrain.WORDS[rule])
        found = quatrain.path(rule, self.free, 0.7, 0)
        place = int(np.flatnonzero((found[12] == MASK) if masked else (found[12] != found[-1]))[0])
        live.set(picks=(np.arange(20) == place).astype(int))
        kept = found[-1 if masked else 12][place]
        assert live.parameters["pinned"] == tuple(np.where(np.arange(20) == place, kept, 0))
        live.set(share=5)  # 5 % of nineteen steps
        shown = quatrain.compute(**live.parameters)
        assert "step 1 of 19" in shown["readout"]
        assert shown["pins"].tolist() == [quatrain.PLACES[place].tolist()]
        assert shown[f"character {place}"]["color"] == style.BLUE

    def test_poems_have_names_that_every_browser_writes(self) -> None:
        assert list(quatrain.LINES)[1] == "Li Bai, Thoughts on a still night"
        assert all(name.isascii() for name in quatrain.LINES)
        live = figure("9271.quatrain")
        assert "given" not in live.readout
        live.set(line="Li Bai, Thoughts on a still night")
        assert live.readout.endswith("\ngiven: “before the bed I look at the moonlight”")
        first = vocabulary().decode(np.array(live.parameters["pinned"][:5]))
        assert first == famous()[1].lines[0]

    def test_all_pinned_is_nothing_to_write(self) -> None:
        given = tuple(vocabulary().encode(famous()[1].text).tolist())
        shown = quatrain.compute("alg4 (mask, improved)", 100, 0.7, "nothing", np.ones(20, int), given, 0, 0)
        assert [shown[f"character {k}"]["text"] for k in range(20)] == list(famous()[1].text)
        assert "step 0 of 0" in shown["readout"]
        assert "copied lines 0" in shown["readout"]

    def test_marks_are_the_tones(self) -> None:
        ids = vocabulary().encode(famous()[0].text)
        level, oblique = quatrain.marks(ids, LEVEL), quatrain.marks(ids, OBLIQUE)
        heard = tones(ids[None])[0]
        assert len(level) == (heard & LEVEL != 0).sum()
        assert len(oblique) == (heard & OBLIQUE != 0).sum()
        # 白日依山盡: oblique, oblique, level, level, oblique.
        assert {tuple(p) for p in level if p[1] > 2} == {(2.0, 2.58), (3.0, 2.58)}


class TestFew:
    def test_curves_are_the_stored_rows(self) -> None:
        found = few.curve("alg4", "regulated")
        assert found[:, 0].tolist() == [1, 2, 3, 5, 10, 20]
        (row,) = [r for r in quality()["rows"] if (r["rule"], r["steps"]) == ("alg4", 5)]
        assert found[3, 1] == row["regulated"]
        shown = few.compute("alg4", 5, "regulated tones", 0)
        assert shown["now"] == [[5, pytest.approx(row["regulated"])]]
        assert f"regulated tones: {100 * row['regulated']:.0f} %" in shown["readout"]
        assert shown["measure"] == "share: regulated tones"

    def test_a_regulated_stanza_has_green_dots_only(self) -> None:
        ids = vocabulary().encode(famous()[0].text)
        assert few.regular(ids).sum() == 8
        turned = ids.copy()
        turned[1] = ids[2]  # a level character where the oblique one stood
        assert few.regular(turned).sum() == 7

    def test_alg5_has_one_number_of_steps(self) -> None:
        assert "in 20 steps, a character each" in few.compute("alg5", 3, "copied lines", 0)["readout"]

    def test_what_is_written(self) -> None:
        """The stanzas of so many steps; alg5 takes twenty whatever is asked for."""
        for rule, steps, taken in (("alg4", 3, 3), ("alg5", 3, 20)):
            ids = write(rule, few.SHOWN, steps=taken, generator=torch.Generator().manual_seed(1002)).x.numpy()
            shown = few.compute(rule, steps, "copied lines", 2)
            found = ["".join(shown[f"line {n} {k}"] for k in range(4)) for n in range(few.SHOWN)]
            assert found == [vocabulary().decode(stanza) for stanza in ids]


class TestWrite:
    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ({"rule": "alg6"}, "rule = 'alg6' is not one of alg1"),
            ({"rule": "alg4", "n": 0}, "n = 0 must be"),
            ({"rule": "alg4", "steps": 0}, "steps = 0 must be"),
            ({"rule": "alg4", "given": torch.zeros(19, dtype=torch.int64)}, "given must hold 20 ids"),
            ({"rule": "alg4", "given": torch.full((20,), 7)}, "at least once"),
            ({"rule": "alg4", "given": torch.tensor([3] + 19 * [0])}, "given must hold 20 ids of characters"),
        ],
    )
    def test_bad_input(self, arguments: dict[str, object], complaint: str) -> None:
        with pytest.raises(ValueError, match=complaint):
            write(**arguments)  # type: ignore[arg-type]

    @pytest.mark.parametrize("rule", RULES)
    def test_what_is_given_stays(self, rule: str) -> None:
        given = torch.zeros(20, dtype=torch.int64)
        given[[0, 7, 19]] = torch.tensor([10, 20, 30])
        run = write(rule, 4, steps=4, given=given, generator=torch.Generator().manual_seed(3), keep_path=True)
        assert run.path is not None
        assert (run.path[..., [0, 7, 19]] == torch.tensor([10, 20, 30])).all()

    def test_one_seed_one_quatrain(self) -> None:
        one, same, other = (write("alg2", 2, steps=3, generator=torch.Generator().manual_seed(s)).x for s in (1, 1, 2))
        assert torch.equal(one, same)
        assert not torch.equal(one, other)

    def test_the_numbers_of_the_readme_are_stored(self) -> None:
        """Twenty steps of alg4 keep the tones, one does not; chance and the real row stand beside it."""
        result = quality()
        rates = {(row["rule"], row["steps"]): row for row in result["rows"]}
        assert rates["alg4", 20]["regulated"] > 0.7 > 0.2 > rates["alg4", 1]["regulated"]
        assert result["random"]["regulated"] < 0.1
        mean, error = result["nats"]["mask-quatrains"]
        assert mean + 5 * error < result["single_characters"]
        n = result["stanzas"]
        drawn = write("alg4", 60, generator=torch.Generator().manual_seed(77)).x
        assert stats.binomtest(int(regulated(drawn.numpy()).sum()), 60, rates["alg4", 20]["regulated"]).pvalue > 1e-4
        assert n >= 300


def test_the_readouts_hold_numbers() -> None:
    for name in ("9271.edits", "9271.words", "9271.codes", "9271.quatrain", "9271.few"):
        live = figure(name)
        assert re.search(r"\d", live.readout), name
