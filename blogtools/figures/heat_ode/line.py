"""What the pictures of one dimension share: a density p_0 on a line, p_t under heat, and points carried by 9280.eq17.

p_0 is a sum of bumps Σ w_i N(c_i, width²), so that p_t has the same form with width² + t² (eq13, σ_t = t). Written out
in NumPy for the speed of a drag; the tests hold it to ``blogtools.diffusion.Mixture``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

STEP = 0.3
"""The largest step of the Runge-Kutta method in log √(width² + t²), the clock in which the flow is as fast at all t."""

NODES = np.linspace(-3, 3, 121)
WIDTH = 0.075
"""One and a half times the spacing of the nodes: bumps that wide add up to a smooth curve."""


def _lumps(x: np.ndarray) -> np.ndarray:
    return 0.95 * np.exp(-(((x + 1.4) / 0.55) ** 2)) + 0.6 * np.exp(-(((x - 1.2) / 0.8) ** 2))


def _spikes(x: np.ndarray) -> np.ndarray:
    places, heights = np.array([-2.2, -0.4, 0.3, 2.0]), np.array([0.7, 0.95, 0.5, 0.8])
    return np.exp(-(((x[:, None] - places) / 0.11) ** 2)) @ heights


SHAPES = {
    "two lumps": _lumps(NODES),
    "four spikes": _spikes(NODES),
    "box": 0.8 * (np.abs(NODES) < 1.2),
    "saw": np.where(np.abs(NODES) < 2.4, 0.9 * np.mod(NODES / 1.2, 1.0), 0.0),
}
"""Heights at NODES, from 0 to 1."""


@dataclass(frozen=True, eq=False)
class Line:
    """p_0 with ``weights`` [N] > 0 that sum to 1 on ``centres`` [N], each a bump of ``width`` > 0."""

    centres: np.ndarray
    weights: np.ndarray
    width: float

    @classmethod
    def drawn(cls, heights: np.ndarray) -> "Line":
        """A curve with these heights ≥ 0, not all 0, at NODES."""
        inside = heights > 0
        return cls(NODES[inside], heights[inside] / heights.sum(), WIDTH)

    def spread(self, t: float) -> float:
        """√(width² + t²)."""
        return float(np.hypot(self.width, t))

    def density(self, x: np.ndarray, t: float) -> np.ndarray:
        """p_t(x), of the shape of ``x``."""
        s = self.spread(t)
        z = (np.asarray(x, float)[..., None] - self.centres) / s
        return np.exp(-0.5 * z * z) @ self.weights / (s * np.sqrt(2 * np.pi))

    def below(self, x: np.ndarray, t: float) -> np.ndarray:
        """The rank F_t(x): the probability to the left of ``x``."""
        return ndtr((np.asarray(x, float)[..., None] - self.centres) / self.spread(t)) @ self.weights

    def place(self, rank: np.ndarray, t: float) -> np.ndarray:
        """The x with this rank in (0, 1) at time t, by linear interpolation between 2,000 places."""
        grid = np.linspace(-1, 1, 2000) * (np.abs(self.centres).max() + 5 * self.spread(t))
        return np.interp(rank, self.below(grid, t), grid)

    def slope(self, x: np.ndarray, t: float) -> np.ndarray:
        """∇log p_t(x)."""
        s = self.spread(t)
        return -self._climb(np.asarray(x, float), np.log(s), np.log(self.weights)) / s**2

    def carried(self, x: np.ndarray, t0: float, t1: float) -> np.ndarray:
        """Where 9280.eq17 takes ``x`` [n] from t0 to t1, later or earlier, by Runge-Kutta of fourth order.

        With u = log √(width² + t²) the equation dx/dt = −t ∇log p_t reads dx/du = x − E[c | x].
        """
        u0, u1 = np.log(self.spread(t0)), np.log(self.spread(t1))
        steps = int(np.ceil(abs(u1 - u0) / STEP))
        x, logs = np.asarray(x, float), np.log(self.weights)
        for k in range(steps):
            u, h = u0 + (u1 - u0) * k / steps, (u1 - u0) / steps
            first = self._climb(x, u, logs)
            second = self._climb(x + h / 2 * first, u + h / 2, logs)
            third = self._climb(x + h / 2 * second, u + h / 2, logs)
            last = self._climb(x + h * third, u + h, logs)
            x = x + h / 6 * (first + 2 * second + 2 * third + last)
        return x

    def paths(self, x: np.ndarray, t: float, times: np.ndarray) -> np.ndarray:
        """The places [K, n] at rising ``times`` [K] of those that are at ``x`` [n] at time t."""
        after = int(np.searchsorted(times, t))
        found = np.empty((len(times), len(x)))
        for order in (range(after, len(times)), range(after - 1, -1, -1)):
            place, now = np.asarray(x, float), t
            for k in order:
                found[k] = place = self.carried(place, now, float(times[k]))
                now = float(times[k])
        return found

    def _climb(self, x: np.ndarray, u: float, logs: np.ndarray) -> np.ndarray:
        """dx/du = x − E[c | x], from the differences to all centres."""
        apart = x[:, None] - self.centres
        logits = apart * apart
        logits *= -0.5 * np.exp(-2 * u)
        logits += logs
        logits -= logits.max(1, keepdims=True)
        share = np.exp(logits, out=logits)
        return np.einsum("ij,ij->i", share, apart) / share.sum(1)
