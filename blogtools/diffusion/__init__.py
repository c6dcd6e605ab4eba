"""Posts 9271, 9280 and 9305 in one vocabulary: a process destroys, a predictor guesses x̂_0, one sampler goes back.

The files of this folder are the construction: processes (``process`` with ``schedule``, ``cold``, ``mask``, ``edit``,
``encode``), the exact predictor (``exact``) and the loss of a learned one (``loss``), the sampler (``sampler``,
``times``). What stands on it is in the folders below, of which these files import nothing.

>>> predict = PosteriorMean(data)                                   # the exact field of a data set, or a trained net
>>> start = sample_prior(64, d, T=40.0)                             # 9305.eq5
>>> sample(predict, Poisson(), start, grid(40.0, 0.01, 9), solver="heun").x
"""

from blogtools.diffusion.cold import Cold
from blogtools.diffusion.edit import Edit
from blogtools.diffusion.encode import Encode
from blogtools.diffusion.exact import PosteriorMean, log_sphere_area
from blogtools.diffusion.heat_ode.attention import attention_mean
from blogtools.diffusion.heat_ode.flow import carry, continuity_residual, divergence, downhill, log_likelihood, velocity
from blogtools.diffusion.heat_ode.heat import (
    Mixture,
    heat_differences,
    heat_fft,
    prior_kl,
    score,
    score_target,
    score_weight,
)
from blogtools.diffusion.hot_and_cold.hot import Spread, analytic_sigma_bar, ddpm_share, eta_share
from blogtools.diffusion.hot_and_cold.operators import blur, blur_width, mask_out, pixelate
from blogtools.diffusion.loss import denoising_loss, squared_error
from blogtools.diffusion.mask import Mask
from blogtools.diffusion.poisson_flow.gravity import FieldLines, centroid, field_lines, gravity, multipole, sphere_area
from blogtools.diffusion.poisson_flow.prior import radius_cdf, radius_log_pdf, sample_hemisphere, sample_prior
from blogtools.diffusion.poisson_flow.training import perturb_eq11, target_eq10, target_eq12
from blogtools.diffusion.process import Levelled, Linear, Poisson, Process
from blogtools.diffusion.sampler import Sampled, revise, sample
from blogtools.diffusion.samples.generate import ddpm_levels, generate, restore
from blogtools.diffusion.schedule import Cosine, Heat, VarianceExploding, VariancePreserving
from blogtools.diffusion.text.codes import learn_codes, word_loss
from blogtools.diffusion.text.finite import Words, pairs
from blogtools.diffusion.text.predict import (
    Fill,
    Rewrite,
    Texts,
    edit_bound,
    exactly_t,
    log_included,
    mask_bound,
    speaking,
)
from blogtools.diffusion.times import grid, steps_for

__all__ = [
    "Cold",
    "Cosine",
    "Edit",
    "Encode",
    "FieldLines",
    "Fill",
    "Heat",
    "Levelled",
    "Linear",
    "Mask",
    "Mixture",
    "Poisson",
    "PosteriorMean",
    "Process",
    "Rewrite",
    "Sampled",
    "Spread",
    "Texts",
    "VarianceExploding",
    "VariancePreserving",
    "Words",
    "analytic_sigma_bar",
    "attention_mean",
    "blur",
    "blur_width",
    "carry",
    "centroid",
    "continuity_residual",
    "ddpm_levels",
    "ddpm_share",
    "denoising_loss",
    "divergence",
    "downhill",
    "edit_bound",
    "eta_share",
    "exactly_t",
    "field_lines",
    "generate",
    "gravity",
    "grid",
    "heat_differences",
    "heat_fft",
    "learn_codes",
    "log_included",
    "log_likelihood",
    "log_sphere_area",
    "mask_bound",
    "mask_out",
    "multipole",
    "pairs",
    "perturb_eq11",
    "pixelate",
    "prior_kl",
    "radius_cdf",
    "radius_log_pdf",
    "restore",
    "revise",
    "sample",
    "sample_hemisphere",
    "sample_prior",
    "score",
    "score_target",
    "score_weight",
    "speaking",
    "sphere_area",
    "squared_error",
    "steps_for",
    "target_eq10",
    "target_eq12",
    "velocity",
    "word_loss",
]
