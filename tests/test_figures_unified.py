"""The figures of 9271: each ``compute`` against facts that do not pass through it."""

import re
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from scipy import ndimage

from blogtools import data
from blogtools.figures import figure
from blogtools.figures.unified_diffusion import destroy


def numbers(text: str) -> list[float]:
    """The numbers of a readout, in order."""
    plain = text.replace("−", "-").replace(",", "")
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


class TestDestroy:
    options: ClassVar[dict[str, Any]] = {"digit": "3", "which": 2, "seed": 1}

    def shown(self, t: float, **changes: Any) -> dict[str, Any]:
        return dict(destroy.one_digit_destroyed().compute(t=t, **self.options | changes))

    def test_it_is_an_unseen_digit_whole_at_first_and_gone_at_last(self) -> None:
        images = data.mnist()
        first, last = self.shown(0.0), self.shown(1.0)
        same = images.pictures(images.test[images.test_labels == 3])
        assert np.allclose(first["whole"], same[2])
        for name in destroy.WAYS:
            assert np.allclose(first[name], first["whole"], atol=1e-6)
            assert first[f"{name} left"] == "100 %"
            assert abs(float(last[f"{name} left"].split()[0].replace("−", "-"))) < 15
        assert not np.allclose(self.shown(0.0, which=3)["whole"], first["whole"])

    def test_each_way_is_the_one_it_is_called(self) -> None:
        t = 0.5
        shown, whole = self.shown(t), 2 * self.shown(t)["whole"] - 1
        width = destroy.SIDE / 4 * np.tan(np.pi * t / 2)
        blurred = ndimage.gaussian_filter(whole, width, mode="reflect", truncate=8)
        assert np.allclose(2 * shown["blur"] - 1, blurred, atol=2e-3)
        edges = np.floor(np.arange(28) / np.sqrt(28) + 1e-9)
        block = whole[np.ix_(edges == 2, edges == 3)]
        assert np.allclose(2 * shown["pixels"][np.ix_(edges == 2, edges == 3)] - 1, block.mean(), atol=1e-6)
        assert shown["mask"][14, 14] == 0.5
        assert shown["mask"][0, 0] == shown["whole"][0, 0]
        g = torch.randn(784, generator=torch.Generator().manual_seed(1)).numpy().reshape(28, 28)
        noisy = np.sqrt(0.5) * (whole + g)
        assert np.allclose(shown["noise"], np.clip((noisy + 1) / 2, 0, 1), atol=1e-6)
        inside = (shown["Poisson"] > 0) & (shown["Poisson"] < 1)
        longer = ((2 * shown["Poisson"] - 1) / np.sqrt(0.5) - whole)[inside] / g[inside]
        assert np.ptp(longer) < 1e-3 * longer.mean(), "one random clock for the whole picture"

    def test_what_is_left(self) -> None:
        rng = np.random.default_rng(0)
        x0, other = (torch.from_numpy(rng.standard_normal(784)) for _ in range(2))
        correlation = np.corrcoef(x0, x0 + 3 * other)[0, 1]
        for x, expected in ((x0 / 4 + 7, 0.25), (x0 + 3 * other, correlation), (torch.ones(784), 0.0), (-x0, -1.0)):
            assert float(destroy.left_of(x0, x)) == pytest.approx(expected, abs=1e-9)

    def test_the_curve_of_noise_is_its_schedule_where_noise_is_all(self) -> None:
        """Noise is about as long as √784, so that what is left is a ‖x_0‖/√(a²‖x_0‖² + 784 b²), ‖·‖ without mean."""
        shown = self.shown(0.3)
        x0 = 2 * shown["whole"] - 1
        square = np.square(x0 - x0.mean()).sum()
        t, left = shown["noise curve"].T
        a, b = np.cos(np.pi * t / 2), np.sin(np.pi * t / 2)
        assert np.allclose(left, a * np.sqrt(square / (a**2 * square + 784 * b**2)), atol=0.03)
        assert (left >= shown["Poisson curve"][:, 1] - 1e-9).all()
        for name, said in zip(destroy.WAYS, numbers(shown["readout"].split(":")[1].replace("x_0", "")), strict=True):
            assert shown[f"{name} dot"][0][0] == 0.3
            if name not in ("noise", "Poisson"):
                assert said == pytest.approx(np.interp(0.3, *shown[f"{name} curve"].T), abs=2e-3)

    def test_an_operator_of_ones_own_is_a_sixth_column(self) -> None:
        live = destroy.destroy(lambda x0, t: (1 - torch.as_tensor(t)[..., None]) * x0)
        live.set(t=0.25)
        assert live.readout.endswith("yours 0.750")
        assert "yours" not in figure("9271.destroy").artists
