"""Section "Seen by frequencies": eq14 and eq15."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp
from scipy import fft, integrate, special

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Heat, Linear, heat_fft
from blogtools.ledger import Entry, Law, Numeric, Symbolic

SECTION = "Seen by frequencies"

x, w, m = sp.symbols("x omega m", real=True)
t, s, c = sp.symbols("t s c", positive=True)
F0 = sp.exp(-sp.I * w * m - s**2 * w**2 / 2)
"""Fourier transform of N(m, s²)."""
P = sp.exp(c * x - m * x**2)
"""Some p."""
WAVE = sp.exp(-sp.I * w * x)


def eq15_of_box(omega: float, t: float, half: float = 0.5, power: int = 2) -> complex:
    """e^{−t²ω²/2} F_0 for p_0 even between −1 and 3."""
    start = np.sin(2 * omega) / (2 * omega) * np.exp(-1j * omega)
    return complex(start * np.exp(-half * t**2 * abs(omega) ** power))


def box_by_quadrature(omega: float, t: float) -> complex:
    """∫ p_t e^{−iωx} dx with p_t of the box, by SciPy."""

    def integrand(x: float) -> complex:
        return complex((special.ndtr((x + 1) / t) - special.ndtr((x - 3) / t)) / 4 * np.exp(-1j * omega * x))

    return integrate.quad(integrand, -1 - 9 * t, 3 + 9 * t, points=(-1, 3), complex_func=True, epsabs=1e-12)[0]


def rate_of_box(omega: float, t: float, D: float = 1.0, power: int = 2) -> complex:
    """−D_t ω² F_t for σ_t = t, D_t = t, F_t of the box by quadrature."""
    return -D * t * abs(omega) ** power * box_by_quadrature(omega, t)


def slope_of_box(omega: float, t: float) -> complex:
    """dF_t/dt, the integral of ∂_t p_t by SciPy; ∂_t p_t from the box's two edges, by hand."""

    def integrand(x: float) -> complex:
        left, right = (x + 1) / t, (x - 3) / t
        change = right * math.exp(-(right**2) / 2) - left * math.exp(-(left**2) / 2)
        return complex(change / (4 * t * math.sqrt(2 * math.pi)) * np.exp(-1j * omega * x))

    return integrate.quad(integrand, -1 - 9 * t, 3 + 9 * t, points=(-1, 3), complex_func=True, epsabs=1e-12)[0]


def waves(rng: np.random.Generator, d: int, t: float, scale: float = 1.0) -> f.Array:
    """Cos ω·x_t for 20,000 x_t of the package's heat process; data are four blobs."""
    data = f.tensor(f.blobs(d).draw(20000, 0.0, rng))
    process = Linear(Heat())
    x_t = process.forward(data, scale * process.noise(data, f.torch_generator(rng)), t)
    return np.cos(x_t.numpy() @ frequency(d))


def frequency(d: int) -> f.Array:
    """One ω in d dimensions, of length about 1."""
    return np.random.default_rng(100 + d).normal(size=d) / d**0.5


def mean_wave(d: int, t: float) -> float:
    """Re F_0 e^{−t²‖ω‖²/2}."""
    omega, cloud = np.random.default_rng(100 + d).normal(size=d) / d**0.5, f.blobs(d)
    start = np.cos(cloud.centres @ omega).mean() * math.exp(-(cloud.width**2) * float(omega @ omega) / 2)
    return float(start * math.exp(-(t**2) * float(omega @ omega) / 2))


def by_fft(t: float, half: float = 0.5, power: int = 2) -> f.Array:
    """p_t of two blobs on a grid: its p_0 transformed, damped by eq15, transformed back."""
    at = np.linspace(-12, 12, 512, endpoint=False)
    omega = 2 * np.pi * fft.rfftfreq(len(at), at[1] - at[0])
    start = 0.6 * np.exp(-((at - 1) ** 2) / 0.5) / (0.5 * np.pi) ** 0.5
    start = start + 0.4 * np.exp(-((at + 2) ** 2) / 0.18) / (0.18 * np.pi) ** 0.5
    return fft.irfft(fft.rfft(start) * np.exp(-half * t**2 * omega**power), len(at))


def directly(t: float) -> f.Array:
    """The same by eq13."""
    at = np.linspace(-12, 12, 512, endpoint=False)[:, None]
    narrow, wide = (f.Cloud(np.array([[centre]]), width) for centre, width in ((-2.0, 0.3), (1.0, 0.5)))
    return 0.4 * np.exp(f.log_p(at, t, narrow)) + 0.6 * np.exp(f.log_p(at, t, wide))


BOXES: tuple[dict[str, Any], ...] = tuple(
    {"omega": omega, "t": t} for omega, t in ((0.3, 0.5), (-1.1, 0.5), (2.0, 0.2), (0.7, 2.0))
)

ENTRIES = [
    Entry(
        id="9280.eq14",
        kind="identity",
        latex=r"\frac{\partial}{\partial t}\mathcal F_t(\boldsymbol\omega)="
        r"-D_t\boldsymbol\omega^2\mathcal F_t(\boldsymbol\omega)",
        says="each wave fades by itself, at a rate that goes with the square of its frequency",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-(w**2) * P * WAVE,
                against=sp.Derivative(P, x, 2) * WAVE - sp.Derivative((sp.diff(P, x) + sp.I * w * P) * WAVE, x),
                partial=True,
                about="by parts, twice: p'' e^{-iωx} and -ω² p e^{-iωx} differ by a derivative that integrates to 0",
            ),
            Symbolic(
                statement=-2 * t**3 * w**2 * F0 * sp.exp(-(t**4) * w**2 / 2),
                against=sp.Derivative(F0 * sp.exp(-(t**4) * w**2 / 2), t),
                about="eq15 solves it, σ_t = t²",
            ),
            Numeric(
                statement=rate_of_box,
                against=slope_of_box,
                witnesses=BOXES,
                rtol=1e-9,
                mutants={
                    "|ω| for ω²": functools.partial(rate_of_box, power=1),
                    "twice D": functools.partial(rate_of_box, D=2.0),
                    "growing": functools.partial(rate_of_box, D=-1.0),
                },
                shares={"*.box_by_quadrature": "the transform itself, and not what eq14 says of it"},
                about="a box, by SciPy's quadrature of p_t and of its change",
            ),
        ),
    ),
    Entry(
        id="9280.eq15",
        kind="identity",
        latex=r"\mathcal F_t(\boldsymbol\omega)=\mathcal F_0(\boldsymbol\omega)"
        r"\exp\left(-\tfrac12\sigma_t^2\boldsymbol\omega^2\right)",
        says="heat multiplies each wave by a Gaussian factor: it is a blur",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.exp(-(s**2) * w**2 / 2) * sp.exp(-(t**2) * w**2 / 2),
                against=sp.Integral(
                    sp.exp(-(x**2) / (2 * (s**2 + t**2))) / sp.sqrt(2 * sp.pi * (s**2 + t**2)) * sp.cos(w * x),
                    (x, -sp.oo, sp.oo),
                ),
                no_automatic="each integral takes sympy a second",
                mutants={
                    "without the half": sp.exp(-(s**2) * w**2 / 2) * sp.exp(-(t**2) * w**2),
                    "growing": sp.exp(-(s**2) * w**2 / 2) * sp.exp(t**2 * w**2 / 2),
                },
                partial=True,
                about="a normal p_0 about 0: eq13 transformed",
            ),
            Numeric(
                statement=eq15_of_box,
                against=box_by_quadrature,
                witnesses=BOXES,
                rtol=1e-9,
                mutants={
                    "without the half": functools.partial(eq15_of_box, half=1.0),
                    "|ω| for ω²": functools.partial(eq15_of_box, power=1),
                },
                about="a box: eq13 transformed by SciPy's quadrature",
            ),
            Numeric(
                statement=by_fft,
                against=directly,
                witnesses=(0.1, 0.5, 1.2),
                rtol=1e-10,
                atol=1e-13,
                mutants={
                    "without the half": functools.partial(by_fft, half=1.0),
                    "|ω| for ω²": functools.partial(by_fft, power=1),
                },
                about="two blobs by a discrete transform there and back, against eq13",
            ),
            Numeric(
                statement=directly,
                against=lambda t: heat_fft(directly(0.0), np.linspace(-12, 12, 512, endpoint=False), t),
                witnesses=(0.1, 0.5, 1.2),
                atol=1e-12,
                rtol=0.0,
                mutants={"σ² for σ": lambda t: directly(t**2)},
                shares={
                    "blogtools.claims.heat_ode.*": "p_0 for the package, and p_t, are one formula at two times",
                },
                about="the package's transform",
            ),
            Law(
                statement=waves,
                against=mean_wave,
                test="mean",
                witnesses=({"d": 1, "t": 0.5}, {"d": 3, "t": 1.0}, {"d": 64, "t": 0.7}),
                mutants={"noise a quarter larger": functools.partial(waves, scale=1.25)},
                shares={"*.blobs": "the data are given", "*.<genexpr>": "the seeds of the data"},
                about="the mean of cos ω·x_t over 20,000 draws of the package's process, up to d = 64",
            ),
        ),
    ),
]
