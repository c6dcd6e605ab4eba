"""The exact predictor of a data set is one attention layer over it (9280): queries x/t², keys and values the data.

−‖x − x_i‖²/2t² = x·x_i/t² − ‖x_i‖²/2t² + what all i share, and softmax does not see what they share.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from blogtools.diffusion.check import clock, require_finite, require_vectors
from blogtools.diffusion.exact import PosteriorMean
from blogtools.diffusion.schedule import Time, as_time

DOUBT = 1e-6
"""The largest error of a logit that is let through."""


def attention_mean(data: Tensor, x: Tensor, t: Time, weights: Tensor | None = None) -> Tensor:
    """E[x_0 | x] [..., d] under σ_t = t, as softmax(x Kᵀ/t² + bias) K with bias_i = log w_i − ‖x_i‖²/2t².

    The same function as ``PosteriorMean(data, math.inf, weights)(x, t)``, with its arguments. That one keeps its digits
    at every t; these logits are differences of numbers of size ‖x‖²/t², so they are taken in double precision and about
    the mean of the data, and ``ValueError`` is raised where even so they may be off by ``DOUBT``, t = 0 included.
    """
    points = PosteriorMean(data.double(), math.inf, weights)
    require_vectors("x", x, points.d)
    require_finite("x", x)
    keys = points.data + points.centre
    middle = keys.mean(0)
    keys, queries = keys - middle, (x.double() - middle).reshape(-1, points.d)
    squares = clock(as_time(t, math.inf), x.double()).square().expand(*x.shape[:-1], 1).reshape(-1, 1)
    norms = torch.linalg.vector_norm(keys, dim=1).square()
    error = torch.finfo(keys.dtype).eps * (norms.max() + queries.square().sum(-1, keepdim=True))
    if not (error <= DOUBT * squares).all():
        least = (error / DOUBT).sqrt().max()
        raise ValueError(f"t = {squares.min().sqrt():.3g} must be at least {least:.3g} for these x: use PosteriorMean")
    bias = points.log_masses - norms / (2 * squares)
    mean = scaled_dot_product_attention(queries / squares, keys, keys, attn_mask=bias, scale=1.0)
    return (mean + middle).reshape(x.shape).to(x.dtype)
