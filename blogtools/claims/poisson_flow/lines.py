"""Sections "Follow the lines" and "Far away, one mass": claims 1 and 2, figures 1-3."""

import functools

import numpy as np
import torch

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import field_lines, gravity, multipole
from blogtools.ledger import Entry, Exact, Experiment, Numeric, Slope

FOLLOW = "Follow the lines"
FAR = "Far away, one mass"

FOUR = np.array([[-1.0, -0.6], [0.9, -0.8], [0.7, 1.0], [-0.5, 0.7]])
"""Four sources like those of fig1 (the drawing gives no coordinates)."""

LINE_TOLERANCE = 0.01
"""600 lines: every basin's edge may miss one."""


def by_mass(sources: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Gauss's law: a source receives the share of field lines that it has of the mass."""
    return masses / masses.sum()


def equally(sources: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """To each source the same."""
    return np.full(len(masses), 1 / len(masses))


def by_sight(sources: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """To each source the far directions in which it lies foremost."""
    far = f.circle(3600, 1e3)
    nearest = ((far[:, None, :] - sources) ** 2).sum(-1).argmin(1)
    return np.bincount(nearest, minlength=len(sources)) / len(far)


def traced_shares(sources: np.ndarray, masses: np.ndarray, lines: int = 600) -> np.ndarray:
    """Share of the lines through a circle of radius 2 that the package's tracer leads to each source of the plane."""
    seeds = f.seeds_of_equal_flux(lambda x: f.eq2(x, sources, masses), lines, 2.0)
    y, m = f.tensor(sources), f.tensor(masses)
    ended = field_lines(lambda x: gravity(x, y, m), f.tensor(seeds), 0.025, 180, y).source.numpy()
    return np.bincount(ended[ended >= 0], minlength=len(sources)) / lines


def traced_shares_3d(lines: int = 400) -> np.ndarray:
    """The same from a sphere of radius 40 round three masses 1, 2, 3 in space, seeds on a spiral of equal areas."""
    k = np.arange(lines) + 0.5
    z, turn = 1 - 2 * k / lines, np.pi * (1 + 5**0.5) * k
    flat = np.sqrt(1 - z**2)
    seeds = f.tensor(40 * np.stack([flat * np.cos(turn), flat * np.sin(turn), z], 1))
    y, m = f.tensor([[1, 0, 0], [-0.6, 0.8, 0.3], [-0.2, -0.5, 0]]), f.tensor([1, 2, 3])
    ended = field_lines(lambda x: gravity(x, y, m), seeds, 0.05, 900, y).source.numpy()
    return np.bincount(ended[ended >= 0], minlength=3) / lines


def share_that_comes_near(near: np.ndarray) -> np.ndarray:
    """Share of all lines that come within ``near`` of the zero between two equal masses at ±1 of the plane.

    A line keeps the argument of z²−1; the one that leaves the axis by the angle a passes the zero at √sin a.
    """
    return np.arcsin(near**2) / np.pi


def traced_nearness(near: np.ndarray) -> np.ndarray:
    """The same from 80 traced lines that leave the axis by small angles, interpolated."""
    y = f.tensor([[-1, 0], [1, 0]])
    angle = np.geomspace(1e-3, 1.2, 80)
    start = np.sqrt(1 + 9 * np.exp(1j * (np.pi - angle)))
    seeds = f.tensor(np.stack([start.real, start.imag], 1))
    least = field_lines(lambda x: gravity(x, y), seeds, 0.01, 400, y).points.norm(dim=2).amin(1).numpy()
    return np.interp(near, least, angle) / np.pi


def zeros_of_plane_field(sources: np.ndarray, masses: np.ndarray) -> int:
    """How many zeros Σ m_i/(z−z_i) has, from the roots of its numerator."""
    z = sources[:, 0] + 1j * sources[:, 1]
    numerator = sum(m * np.atleast_1d(np.poly(np.delete(z, i))) for i, m in enumerate(masses))
    roots = np.roots(numerator)
    field = np.abs((masses / (roots[:, None] - z)).sum(1))
    return int((field < 1e-8).sum())


def flux_through_circle(centre: np.ndarray, radius: float) -> float:
    """Flux of the package's field of the four sources out of a circle by the trapezium rule, exact here."""
    normal = f.circle(400)
    through = gravity(f.tensor(centre + radius * normal), f.tensor(FOUR)).numpy()
    return float((through * normal).sum(1).mean() * 2 * np.pi * radius)


def inside_circle(centre: np.ndarray, radius: float, each: float = -1.0) -> float:
    """Minus the number of sources in the circle."""
    return each * int((np.hypot(*(FOUR - centre).T) < radius).sum())


def _cloud(d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seven sources, their masses, all in one fixed draw, and a direction that is nobody's axis."""
    rng = np.random.default_rng(d)
    return rng.uniform(-1, 1, (7, d)), rng.uniform(0.5, 2, 7), f.unit(np.arange(1.0, d + 1) ** 0.5)


CLOUDS = {d: _cloud(d) for d in (2, 3, 5)}


def far_field(h: float, d: int) -> np.ndarray:
    """Package's field of the cloud at distance 1/h, times r^{d−1} so that it has a limit."""
    sources, masses, direction = CLOUDS[d]
    return gravity(f.tensor(direction / h), f.tensor(sources), f.tensor(masses)).numpy() * h ** (1 - d)


def one_mass(h: float, d: int, centre: str = "centroid", mass: float | None = None) -> np.ndarray:
    """The field of all the mass in one point, times r^{d−1}."""
    sources, masses, direction = CLOUDS[d]
    where = {"centroid": masses @ sources / masses.sum(), "middle": sources.mean(0), "first": sources[0]}[centre]
    total = masses.sum() if mass is None else mass
    return f.eq2(direction / h, where[None], np.array([total])) * h ** (1 - d)


def expanded(h: float, d: int, order: int) -> np.ndarray:
    """The package's multipole expansion, times r^{d−1}."""
    sources, masses, direction = CLOUDS[d]
    found = multipole(f.tensor(direction / h), f.tensor(sources), f.tensor(masses), order)
    return found.numpy() * h ** (1 - d)


def direct(h: float, d: int) -> np.ndarray:
    """The sum of eq2 over the cloud, times r^{d−1}."""
    sources, masses, direction = CLOUDS[d]
    return f.eq2(direction / h, sources, masses) * h ** (1 - d)


def far_evidence(d: int) -> Slope:
    """Relative error of the one mass falls like (size/distance)²; about another centre only like the first power."""
    return Slope(
        statement=functools.partial(one_mass, d=d),
        against=functools.partial(far_field, d=d),
        order=2,
        tolerance=0.1,
        witnesses=(0.02, 0.01, 0.005, 0.0025),
        mutants={
            "about the mean place": functools.partial(one_mass, d=d, centre="middle"),
            "about one of the sources": functools.partial(one_mass, d=d, centre="first"),
            "of mass 1": functools.partial(one_mass, d=d, mass=1.0),
        },
        about=f"d = {d}",
    )


def multipole_evidence(d: int, order: int) -> Slope:
    """The expansion to ``order`` errs by the power ``order`` + 1."""
    return Slope(
        statement=functools.partial(expanded, d=d, order=order),
        against=functools.partial(direct, d=d),
        order=order + 1,
        tolerance=0.1,
        witnesses=(0.04, 0.02, 0.01),
        mutants={"one order less": functools.partial(expanded, d=d, order=order - 1)},
        about=f"d = {d}, multipoles to order {order}",
    )


def largest_difference(seed: int, distance: float = 10.0, about: str = "centroid") -> float:
    """Largest relative difference between 20 sources in the unit disc and their one mass, on a circle."""
    rng = np.random.default_rng(seed)
    sources = f.unit(rng.normal(size=(20, 2))) * np.sqrt(rng.random((20, 1)))
    centre = sources.mean(0) if about == "centroid" else sources[0]
    x = centre + f.circle(360, distance)
    many = gravity(f.tensor(x), f.tensor(sources)).numpy()
    one = f.eq2(x, centre[None], np.array([20.0]))
    return float((np.linalg.norm(many - one, axis=1) / np.linalg.norm(one, axis=1)).max())


def strength_and_aim(distance: float) -> list[float]:
    """Of one mass 20 on a circle round it: least and greatest strength, least cosine with the way to the centre."""
    x = f.circle(90, distance)
    F = gravity(f.tensor(x), torch.zeros(1, 2, dtype=torch.float64), f.tensor([20.0])).numpy()
    strength = np.linalg.norm(F, axis=1)
    return [float(strength.min()), float(strength.max()), float((-(F * x).sum(1) / strength / distance).min())]


ENTRIES = [
    Entry(
        id="9305.claim1",
        kind="experiment",
        latex="",
        says="all but a few field lines from far away end on a source, and each source receives its share of the mass",
        section=FOLLOW,
        evidence=(
            Numeric(
                statement=by_mass,
                against=traced_shares,
                witnesses=(
                    {"sources": FOUR, "masses": np.ones(4)},
                    {"sources": FOUR, "masses": np.array([1.0, 2.0, 3.0, 4.0])},
                    {"sources": np.array([[0.0, 0.0], [0.2, 0.0], [0.0, 1.0]]), "masses": np.array([5.0, 1.0, 1.0])},
                    {"sources": np.zeros((1, 2)), "masses": np.ones(1)},
                ),
                rtol=0,
                atol=LINE_TOLERANCE,
                mutants={"equal shares": equally, "the source that is foremost": by_sight},
                about="lines traced from a circle in the plane, seeds of equal flux",
            ),
            Numeric(
                statement=lambda masses: masses / sum(masses),
                against=lambda masses: traced_shares_3d(),
                witnesses=({"masses": np.array([1.0, 2.0, 3.0])},),
                rtol=0,
                atol=0.02,
                mutants={"equal shares": lambda masses: np.full(3, 1 / 3)},
                about="400 lines in space",
            ),
            Numeric(
                statement=share_that_comes_near,
                against=traced_nearness,
                witnesses=(np.array([0.8, 0.4, 0.2, 0.1]),),
                rtol=0.005,
                mutants={
                    "twice": lambda near: 2 * share_that_comes_near(near),
                    "the first power": lambda near: np.arcsin(near) / np.pi,
                },
                about="the few: the share of lines that come within r of the zero falls like r^2, so that of those "
                "that end there is nothing",
            ),
            Exact(
                statement=lambda sources, masses: len(sources) - 1,
                against=zeros_of_plane_field,
                witnesses=lambda rng: [
                    {"sources": rng.normal(size=(n, 2)), "masses": rng.uniform(0.5, 2, n)} for n in (1, 2, 4, 9)
                ],
                mutants={"as many as sources": lambda sources, masses: len(sources)},
                about="n masses in the plane have n - 1 zeros of the field, and no other place where lines can end",
                partial=True,
            ),
        ),
    ),
    Entry(
        id="9305.fig1",
        kind="figure",
        latex="",
        says="four sources: the flux out of a circle counts the sources in it",
        section=FOLLOW,
        evidence=(
            Numeric(
                statement=inside_circle,
                against=flux_through_circle,
                witnesses=(
                    *({"centre": source, "radius": 0.4} for source in FOUR),
                    {"centre": np.zeros(2), "radius": 0.4},
                    {"centre": np.array([0.8, 0.1]), "radius": 1.1},
                    {"centre": np.zeros(2), "radius": 3.0},
                ),
                rtol=1e-9,
                atol=1e-12,
                mutants={
                    "lines go out": functools.partial(inside_circle, each=1.0),
                    "half of them": functools.partial(inside_circle, each=-0.5),
                    "the one round it only": lambda centre, radius: -1.0,
                },
            ),
        ),
    ),
    Entry(
        id="9305.claim2",
        kind="order",
        latex=r"\sum_i m_i\boldsymbol F(\boldsymbol x-\boldsymbol y_i)"
        r"=M\boldsymbol F(\boldsymbol x-\bar{\boldsymbol y})\,\bigl(1+O(\lVert\boldsymbol x\rVert^{-2})\bigr)",
        says="far away the field is that of all the mass at the centroid, with an error of second order",
        section=FAR,
        evidence=(
            *(far_evidence(k) for k in CLOUDS),
            *(multipole_evidence(k, order) for k, order in ((2, 2), (3, 2), (3, 3), (5, 3))),
        ),
    ),
    Entry(
        id="9305.fig2",
        kind="figure",
        latex="",
        says="on a circle ten times as wide as the cloud, twenty sources and their one mass differ by less than 1 %",
        section=FAR,
        evidence=(
            Experiment(
                statement=largest_difference,
                against=0.01,
                side="below",
                seeds=tuple(range(10)),
                mutants={
                    "about one of the sources": functools.partial(largest_difference, about="first"),
                    "on a circle twice as wide": functools.partial(largest_difference, distance=2.0),
                },
                about="ten clouds",
            ),
        ),
    ),
    Entry(
        id="9305.fig3",
        kind="figure",
        latex="",
        says="the field of the one mass is equally strong all round and points to it",
        section=FAR,
        evidence=(
            Numeric(
                statement=lambda distance: [20 / (2 * np.pi * distance)] * 2 + [1.0],
                against=strength_and_aim,
                witnesses=(0.01, 1.0, 10.0),
                rtol=1e-12,
                mutants={
                    "1/r^2": lambda distance: [20 / (4 * np.pi * distance**2)] * 2 + [1.0],
                    "away from it": lambda distance: [20 / (2 * np.pi * distance)] * 2 + [-1.0],
                },
            ),
        ),
    ),
]
