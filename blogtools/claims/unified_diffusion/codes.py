"""Section "Encode": why a loss of eq18's kind needs a bound (slip2)."""

import functools

import sympy as sp

from blogtools.claims.unified_diffusion.encode import left_to_know, surprise
from blogtools.diffusion import learn_codes
from blogtools.ledger import Entry, Experiment, Law, Symbolic

SECTION = "Encode"

u = sp.symbols("u", real=True)
a, b, c, s, last = sp.symbols("a b c s a_T", positive=True)


def gaussian_loss(scale: sp.Expr) -> sp.Expr:
    """Least of E[−log q(x_0 | x_t)] for x_0 ~ N(0, s²) and F(x_0) = scale · x_0: the entropy of x_0 given x_t."""
    return sp.log(2 * sp.pi * sp.E * s**2 * b**2 / (a**2 * scale**2 * s**2 + b**2)) / 2


def growth(seed: int, norm: float) -> float:
    """By what factor the learned codes of eight words grow in the second half of the training."""
    path = learn_codes(8, norm, steps=240, every=120, seed=seed).path.square().mean((1, 2)).sqrt()
    return float(path[2] / path[1])


ENTRIES = [
    Entry(
        id="9271.slip2",
        kind="limit",
        latex=r"\frac{d}{d\log c}\min_q\mathbb E[-\log q(x_0\mid\bar\alpha_tc\,x_0+\bar\beta_t\varepsilon)]"
        r"=-\frac{\bar\alpha_t^2c^2s^2}{\bar\alpha_t^2c^2s^2+\bar\beta_t^2}\to-1",
        says="eq18 alone has no least value: the larger the code, the smaller the loss, without bound",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-(a**2) * c**2 * s**2 / (a**2 * c**2 * s**2 + b**2),
                against=c * sp.Derivative(gaussian_loss(c), c),
                about="Gaussian data, F = c x: the loss falls like -log c",
            ),
            Symbolic(
                statement=sp.Integer(-1),
                against=sp.Limit(-(a**2) * c**2 * s**2 / (a**2 * c**2 * s**2 + b**2), c, sp.oo),
                partial=True,
                about="its slope for large codes",
            ),
            Law(
                statement=functools.partial(surprise, t=0.6),
                against=functools.partial(left_to_know, t=0.6),
                test="mean",
                witnesses=({"scale": 1.0}, {"scale": 10.0}),
                mutants={"the code not scaled": lambda rng, scale: surprise(rng, 0.6, 1.0)},
                about="words: the loss only sinks to 0, but it too is never reached",
            ),
        ),
    ),
    Entry(
        id="9271.slip2.prior",
        kind="identity",
        latex=r"\hat c^2=\frac{\bar\alpha_t^2/\bar\alpha_T^2-\bar\beta_t^2}{\bar\alpha_t^2s^2}",
        says="with the divergence from the prior at the last time added, the code has a best size",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-(a**2) * c * s**2 / (a**2 * c**2 * s**2 + b**2) + last**2 * c * s**2,
                against=sp.Derivative(gaussian_loss(c) + last**2 * c**2 * s**2 / 2, c),
                about="the slope of the sum in c",
            ),
            Symbolic(
                statement=(a**2 / last**2 - b**2) / (a**2 * s**2),
                against=sp.solve(sp.Eq(last**2 * (a**2 * u * s**2 + b**2), a**2), u)[0],
                about="where it is zero, u = c^2; that is above 0, for a_T is below a/b",
            ),
        ),
    ),
    Entry(
        id="9271.slip2.learned",
        kind="experiment",
        latex="",
        says="codes that are learned by eq18 alone run away; a price on their norm, and they come to rest",
        section=SECTION,
        evidence=(
            Experiment(
                statement=functools.partial(growth, norm=0.0),
                against=1.25,
                side="above",
                mutants={"their norm costs": functools.partial(growth, norm=0.1)},
                about="eight words in the plane: how much they grow from step 120 to 240, the norm free",
            ),
            Experiment(
                statement=functools.partial(growth, norm=0.1),
                against=1.1,
                side="below",
                mutants={"their norm is free": functools.partial(growth, norm=0.0)},
                about="the same with 0.05 times the mean square norm added",
            ),
        ),
    ),
]
