"""The exact predictor of a data set: E[x_0 | x, t], and with it the exact Poisson field (9305.eq3, eq8).

The weights r^{-(d+D)} span thousands of decades at d = 784, so they live in log space, and relative to the nearest
source. Distances come from a matrix product; where that product cancels they are formed again from differences.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_finite, require_positive, require_rows, require_vectors
from blogtools.diffusion.schedule import Time

DIFFERENCES_UP_TO = 8
"""Up to this dimension distances are sums of squared differences from the start: as fast as a product, and exact."""
CANCELLATION = 16.0
"""A product distance is formed again when ‖x‖²+‖y‖² exceeds this many times ‖x−y‖²+Dt²."""
NEGLIGIBLE = 45.0
"""Sources whose log weight is this far below the largest need no more digits."""


def log_sphere_area(d: float) -> float:
    """The log of S_d(1) = 2π^{d/2}/Γ(d/2), the area of the unit sphere of R^d, d ≥ 1 (S_1(1) = 2, two points)."""
    require_positive("d", d, at_least=1)
    return math.log(2) + d / 2 * math.log(math.pi) - math.lgamma(d / 2)


def _require_squares(name: str, largest: Tensor, like: Tensor) -> None:
    """Squared distances between points that reach no further than ``largest`` are numbers of the dtype of ``like``."""
    reach = math.sqrt(torch.finfo(like.dtype).max / like.shape[-1]) / 8
    if largest > reach:
        raise ValueError(f"{name} reaches {largest:.3g}, whose square overflows in {like.dtype} (above {reach:.3g})")


class PosteriorMean:
    """Predictor x̂_0(x, t) = Σ p_i x_i with p_i ∝ w_i (‖x−x_i‖²+D t²)^{-(d+D)/2}; D = ∞: p_i ∝ w_i exp(−‖x−x_i‖²/2t²).

    ``data`` [N, d] float32 or float64 (kept, not copied, unless its mean is far from 0), duplicates allowed;
    ``weights`` [N] non-negative masses w_i, not all zero, default equal; ``D`` ≥ 1 or ``math.inf``; ``rows`` queries
    are treated at a time, so that beside the data a call needs little more than rows·N numbers. Computed in the data's
    dtype, on its device; differentiable in x. ``ValueError`` on empty data, NaN or infinity, and shapes that do not
    match.

    At t = 0, and as t → 0, a query on a source gives that source; elsewhere D < ∞ gives the finite weighted mean and D
    = ∞ the nearest source (several at one distance share by mass).
    """

    def __init__(self, data: Tensor, D: float = 1.0, weights: Tensor | None = None, *, rows: int = 128) -> None:
        require_rows("data", data)
        _require_squares("data", torch.stack(torch.aminmax(data)).abs().max(), data)
        require_positive("D", D, at_least=1)
        require_positive("rows", rows)
        masses = torch.ones(len(data)) if weights is None else torch.as_tensor(weights)
        if masses.shape != (len(data),):
            raise ValueError(f"weights has shape {tuple(masses.shape)}, but must be [N] with N = {len(data)}")
        require_finite("weights", masses)
        if (masses < 0).any() or not (masses > 0).any():
            raise ValueError("weights must not be negative, and not all zero")
        masses = (masses.double() / masses.double().sum()).to(dtype=data.dtype, device=data.device)
        if (masses == 0).any():
            data, masses = data[masses > 0], masses[masses > 0]
        self.D, self.d, self.rows = float(D), data.shape[1], int(rows)
        self.log_masses = masses.log()
        self.centre, self.data = torch.zeros_like(data[0]), data
        self._norms = torch.linalg.vector_norm(data, dim=1).square()
        mean = data.mean(0)
        if mean.square().sum() > 0.8 * self._norms.mean():
            # Seen from afar: about their mean the data have shorter norms and lose fewer digits.
            self.centre, self.data = mean, data - mean
            self._norms = torch.linalg.vector_norm(self.data, dim=1).square()

    def __call__(self, x: Tensor, t: Time) -> Tensor:
        """x̂_0 [..., d] for ``x`` [..., d] and t ≥ 0, a scalar or broadcastable to the batch of x; dtype of x."""
        means = [p @ self.data / total + self.centre for p, total, _ in self._posterior(x, t)]
        return torch.cat(means).reshape(x.shape).to(x.dtype)

    def probabilities(self, x: Tensor, t: Time) -> Tensor:
        """The posterior p_i over the sources, [..., N] (those of mass zero left out); sums to 1."""
        return torch.cat([p / total for p, total, _ in self._posterior(x, t)]).reshape(*x.shape[:-1], -1)

    def field(self, x: Tensor, t: Time) -> tuple[Tensor, Tensor]:
        """Field of 9305.eq3 at (x, t): its unit direction (F_x, F_t) [..., d+1] and the log of its length [...].

        The length includes 1/S_{d+1}(1), of which no floating-point number may be left at large d, hence the log;
        masses sum to 1. For D ≠ 1 it is PFGM++'s field in d+D dimensions at (x, r), r = t√D, so that dx/dr = F_x/F_r
        (arXiv 2302.04265). On a source at t = 0 the limit from above: straight down, log length +∞. Where the pull
        cancels exactly at t = 0: direction 0, log length −∞. ``ValueError`` when D is infinite, for r is too.
        """
        if math.isinf(self.D):
            raise ValueError("D = inf has no field of finite dimension; ask for the posterior mean itself")
        parts = [(p @ self.data / total, log_sum) for p, total, log_sum in self._posterior(x, t)]
        mean = torch.cat([m for m, _ in parts]).reshape(x.shape)
        log_sum = torch.cat([s for _, s in parts]).reshape(x.shape[:-1])
        moved = x.to(self.data) - self.centre
        r = clock(t, moved) * math.sqrt(self.D)
        pull = -torch.cat([moved - mean, r.expand(*x.shape[:-1], 1)], dim=-1)
        length = torch.linalg.vector_norm(pull, dim=-1)
        on_source = torch.isposinf(log_sum)
        down = torch.zeros_like(pull)
        down[..., -1] = -1
        unit = torch.where(on_source[..., None], down, pull / torch.where(length > 0, length, 1)[..., None])
        log_length = torch.where(on_source, math.inf, length.log() + log_sum - log_sphere_area(self.d + self.D))
        return unit.to(x.dtype), log_length.to(x.dtype)

    def _posterior(self, x: Tensor, t: Time) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """For each block of queries: p [n, N] up to its sum, that sum [n, 1], log Σ w_i s_i^{-(d+D)/2} [n] (D < ∞)."""
        require_vectors("x", x, self.d)
        require_finite("x", x)
        moved = x.to(self.data) - self.centre
        times = clock(t, moved)
        if not ((times >= 0) & torch.isfinite(times)).all():
            raise ValueError(f"t must be finite and not negative, but runs from {times.min()} to {times.max()}")
        if x.numel():
            _require_squares("x", moved.abs().max(), moved)
            _require_squares("t√D", times.max() * (1 if math.isinf(self.D) else math.sqrt(self.D)), moved)
        queries = moved.reshape(-1, self.d)
        times = times.expand(*x.shape[:-1], 1).reshape(-1, 1)
        for q, tau in zip(queries.split(self.rows), times.split(self.rows), strict=True):
            squares = self._squares(q, tau)
            nearest = squares.detach().amin(1, keepdim=True)
            if math.isinf(self.D):
                scale, power = 2 * tau.square(), 1.0
            else:
                scale, power = nearest + self.D * tau.square(), (self.d + self.D) / 2
            # In place: one block is 30 MB at 60,000 sources. Relative to the nearest source nothing overflows.
            energy = squares.sub_(nearest)
            ties = energy == 0 if (scale == 0).any() else None
            energy.div_(scale)
            if ties is not None:
                energy.masked_fill_(ties, 0.0)
            if not math.isinf(self.D):
                energy.log1p_()
            logits = energy.mul_(-power).add_(self.log_masses)
            top = logits.detach().amax(1, keepdim=True)
            # Where exp underflows it is ten times slower than elsewhere, and what is left counts for nothing.
            weights = logits.sub_(top).clamp_(min=math.log(torch.finfo(logits.dtype).tiny) + 1).exp_()
            total = weights.sum(1, keepdim=True)
            yield weights, total, (total.log() + top - power * scale.log()).squeeze(1)

    def _squares(self, q: Tensor, tau: Tensor) -> Tensor:
        """‖q − x_i‖² [n, N] for queries [n, d] at times [n, 1], right where it matters."""
        if self.d <= DIFFERENCES_UP_TO:
            squares = (q[:, :1] - self.data[:, 0]).square_()
            for k in range(1, self.d):
                squares.add_((q[:, k, None] - self.data[:, k]).square_())
            return squares
        norms = q.square().sum(1, keepdim=True)
        squares = torch.addmm(self._norms, q, self.data.T, alpha=-2).add_(norms).clamp_(min=0)
        with torch.no_grad():
            below = self._doubtful_below(squares, norms + self._norms.max(), tau)
            if not (squares.amin(1, keepdim=True) < below).any():
                return squares
            row, column = (squares < below).nonzero(as_tuple=True)
        pairs = zip(row.split(2**22 // self.d + 1), column.split(2**22 // self.d + 1), strict=True)
        again = torch.cat([(q[i] - self.data[j]).square().sum(1) for i, j in pairs])
        return squares.index_put_((row, column), again)

    def _doubtful_below(self, squares: Tensor, norms: Tensor, tau: Tensor) -> Tensor:
        """Per query, the squared distance up to which a source both counts and has lost digits; −1 for none. [n, 1]."""
        error = 8 * torch.finfo(squares.dtype).eps * norms
        nearest = squares.amin(1, keepdim=True) + error
        spread = NEGLIGIBLE + float(self.log_masses.max() - self.log_masses.min())
        if math.isinf(self.D):
            counts = nearest + error + 2 * spread * tau.square()
            return torch.where(norms > CANCELLATION * self.d * tau.square(), counts, -1.0)
        floor = self.D * tau.square()
        counts = (nearest + floor) * math.exp(min(2 * spread / (self.d + self.D), 80.0)) - floor + error
        return torch.minimum(counts, norms / CANCELLATION - floor)
