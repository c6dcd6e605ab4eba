"""Sections "Follow the lines", "Far away, one mass" and "Where lines never go": claims 1-4 and figures 1-4."""

import functools

import mpmath
import numpy as np
import torch

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import field_lines, gravity, multipole
from blogtools.ledger import Entry, Exact, Experiment, Numeric, Slope

FOLLOW = "Follow the lines"
FAR = "Far away, one mass"
NEVER = "Where lines never go"

FOUR = np.array([[-1.0, -0.6], [0.9, -0.8], [0.7, 1.0], [-0.5, 0.7]])
"""Four sources like those of fig1 (the drawing gives no coordinates)."""


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


def shell_claim(d: int, rho: float, inside: float = 0.0) -> mpmath.mpf:
    """Pull towards the centre at distance rho from the centre of a uniform unit shell of mass 1."""
    return mpmath.mpf(inside) if rho < 1 else -1 / (f.sphere_area(d) * mpmath.mpf(rho) ** (d - 1))


def shell_field(d: int, rho: float) -> mpmath.mpf:
    """eq2 integrated over the shell: along the axis only the angle to it matters."""
    rho = mpmath.mpf(rho)
    if d == 1:
        return -(mpmath.sign(rho - 1) + mpmath.sign(rho + 1)) / 4

    def ring(angle: mpmath.mpf) -> mpmath.mpf:
        c = mpmath.cos(angle)
        return (rho - c) / (1 + rho**2 - 2 * rho * c) ** (mpmath.mpf(d) / 2) * mpmath.sin(angle) ** (d - 2)

    ends = [0, mpmath.pi / 8, mpmath.pi / 2, mpmath.pi]
    share = f.sphere_area(d - 1) / f.sphere_area(d) if d > 1 else 1
    return -share * mpmath.quad(ring, ends) / f.sphere_area(d)


def ring_of_charges(n: int, rho: float) -> list[float]:
    """Field at rho e^{0.2i} of n charges 1/n at the n-th roots of 1: conj(−z^{n−1}/(z^n−1))/2π."""
    z = rho * np.exp(0.2j)
    F = -np.conj(z ** (n - 1) / (z**n - 1)) / (2 * np.pi)
    return [F.real, F.imag]


def package_ring(n: int, rho: float) -> np.ndarray:
    """The same by the package's gravity."""
    angle = 2 * np.pi * np.arange(n) / n
    at = f.tensor([rho * np.cos(0.2), rho * np.sin(0.2)])
    return gravity(at, f.tensor(np.stack([np.cos(angle), np.sin(angle)], 1)), f.tensor(np.full(n, 1 / n))).numpy()


def strength_by_ring(rho: float, n: int) -> list[float]:
    """Strength of the package's field of n charges 1/n on a ring, at rho times the place of one of them."""
    ring = f.tensor(f.circle(n))
    return [float(gravity(rho * ring[0], ring, f.tensor(np.full(n, 1 / n))).norm())]


BLOB, BLOB_RADIUS = np.array([0.3, 0.1]), 0.2


def ring_and_blob(x: torch.Tensor, ring: float) -> torch.Tensor:
    """Plane field of a continuous uniform ring of radius 1 with mass ``ring`` round a uniform disc with the rest."""
    r2 = x.square().sum(1, keepdim=True)
    from_ring = torch.where(r2 < 1, 0.0, -ring * x / r2)
    apart = x - f.tensor(BLOB)
    s2 = apart.square().sum(1, keepdim=True).clamp(min=BLOB_RADIUS**2)
    return (from_ring - (1 - ring) * apart / s2) / (2 * np.pi)


def share_in_blob(ring: float) -> float:
    """Share of 720 lines from far away that end at the centre of the disc, all mass being continuous."""
    ends = field_lines(lambda x: ring_and_blob(x, ring), f.tensor(f.circle(720, 1.5)), 0.01, 250).points[:, -1]
    return float(((ends - f.tensor(BLOB)).norm(dim=1) < 0.02).double().mean())


def share_on_ring(blob: float) -> float:
    """Share of 720 lines that come to rest on the continuous ring: the pull there ends, or changes its aim."""
    ends = field_lines(lambda x: ring_and_blob(x, 1 - blob), f.tensor(f.circle(720, 1.5)), 0.01, 250).points[:, -1]
    return float(((ends.norm(dim=1) - 1).abs() < 0.02).double().mean())


def each_of_ring(charges: int, blob: float) -> np.ndarray:
    """Shares of the lines that end on each of ``charges`` equal charges of a ring and on one of mass ``blob`` in it."""
    sources = np.concatenate([f.circle(charges), BLOB[None]])
    return traced_shares(sources, np.append(np.full(charges, (1 - blob) / charges), blob))


def reached_by_ring(charges: int, blob: float) -> list[float]:
    """Share of the ring and share of the one within it."""
    shares = each_of_ring(charges, blob)
    return [float(shares[:-1].sum()), float(shares[-1])]


RING_WITNESSES = tuple({"charges": n, "blob": b} for n, b in ((3, 0.5), (12, 0.5), (24, 0.3)))
LINE_TOLERANCE = 0.01
"""600 lines: every basin's edge may miss one."""


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
    Entry(
        id="9305.claim3",
        kind="identity",
        latex=r"\boldsymbol F=\boldsymbol 0\ (\lVert\boldsymbol x\rVert<1),\quad "
        r"\boldsymbol F=-\frac1{S_d(1)}\frac{\boldsymbol x}{\lVert\boldsymbol x\rVert^d}"
        r"\ (\lVert\boldsymbol x\rVert>1)",
        says="inside a uniform shell the field vanishes, outside it is that of one mass at the centre",
        section=NEVER,
        evidence=(
            Numeric(
                statement=shell_claim,
                against=shell_field,
                witnesses=tuple({"d": k, "rho": s} for k in (1, 2, 3, 5, 9) for s in (0.01, 0.5, 0.9, 1.1, 4.0)),
                rtol=1e-9,
                atol=1e-15,
                digits=20,
                mutants={
                    "as a full ball": lambda d, rho: shell_claim(d, rho, inside=-rho / float(f.sphere_area(d))),
                    "half inside": lambda d, rho: shell_claim(d, rho) / (1 if rho < 1 else 2),
                    "the next dimension outside": lambda d, rho: shell_claim(d + 1, rho),
                },
                about="eq2 integrated over the shell",
            ),
            Numeric(
                statement=ring_of_charges,
                against=package_ring,
                witnesses=tuple({"n": n, "rho": s} for n in (1, 2, 5, 40) for s in (0.0, 0.3, 0.8, 1.5)),
                rtol=1e-9,
                atol=1e-13,
                mutants={
                    "n for n-1": lambda n, rho: [v * rho for v in ring_of_charges(n, rho)],
                    "outwards": lambda n, rho: [-v for v in ring_of_charges(n, rho)],
                },
                about="n equal charges on a ring: inside the field is not zero but falls like rho^(n-1)",
            ),
        ),
    ),
    Entry(
        id="9305.fig4",
        kind="figure",
        latex="",
        says="across the shell the pull jumps from nothing to that of one mass, and on it is half of that",
        section=NEVER,
        evidence=(
            Numeric(
                statement=lambda rho, n: [0.0 if rho < 1 else (1 - 1 / n if rho == 1 else 2) / (4 * np.pi * rho)],
                against=strength_by_ring,
                witnesses=tuple({"rho": s, "n": 720} for s in (0.1, 0.5, 0.9, 1.0, 1.1, 2.0)),
                rtol=1e-9,
                atol=1e-13,
                mutants={
                    "all of it on the shell": lambda rho, n: [0.0 if rho < 1 else 1 / (2 * np.pi * rho)],
                    "none of it on the shell": lambda rho, n: [0.0 if rho <= 1 else 1 / (2 * np.pi * rho)],
                    "not empty": lambda rho, n: [min(rho, 1 / rho) / (2 * np.pi)],
                },
                about="720 charges on a ring, one of them under the query where rho = 1",
            ),
        ),
    ),
    Entry(
        id="9305.claim4",
        kind="experiment",
        latex="",
        says="for a continuous density the flow in d dimensions loses modes: a ring round a disc receives no line",
        section=NEVER,
        evidence=(
            Numeric(
                statement=lambda ring: 1.0,
                against=share_in_blob,
                witnesses=({"ring": 0.5}, {"ring": 0.9}, {"ring": 0.0}),
                rtol=0,
                atol=1e-12,
                mutants={"the disc's share of the mass": lambda ring: 1 - ring},
                about="720 traced lines: with nine tenths of the mass in the ring, all end in one point of the disc",
            ),
        ),
    ),
    Entry(
        id="9305.claim4.finite",
        kind="experiment",
        latex="",
        says="read for finitely many samples, that the samples on a ring receive no line, it fails",
        section=NEVER,
        corrected_by="9305.claim4.right",
        evidence=(
            Numeric(
                statement=lambda charges, blob: [0.0, 1.0],
                amended=lambda charges, blob: [1 - blob, blob],
                against=reached_by_ring,
                witnesses=RING_WITNESSES,
                rtol=0,
                atol=LINE_TOLERANCE,
                mutants={"one share a source": lambda charges, blob: [charges / (charges + 1), 1 / (charges + 1)]},
                about="traced lines onto charges on a ring round one more",
            ),
        ),
    ),
    Entry(
        id="9305.claim4.right",
        kind="experiment",
        latex=r"\Pr(\text{source }i)=\frac{m_i}{\sum_j m_j}",
        says="finitely many charges on a ring receive their share of the lines, without the added dimension",
        section=NEVER,
        evidence=(
            Numeric(
                statement=lambda charges, blob: [(1 - blob) / charges] * charges + [blob],
                against=each_of_ring,
                witnesses=RING_WITNESSES,
                rtol=0,
                atol=LINE_TOLERANCE,
                mutants={
                    "nothing on the ring": lambda charges, blob: [0.0] * charges + [1.0],
                    "nothing in it": lambda charges, blob: [1 / charges] * charges + [0.0],
                },
            ),
        ),
    ),
    Entry(
        id="9305.claim4.lone",
        kind="experiment",
        latex="",
        says="a lone continuous ring is reached, though it cancels inside: it is lost to whatever lies within it",
        section=NEVER,
        evidence=(
            Numeric(
                statement=lambda blob: 1.0 if blob == 0 else 0.0,
                against=share_on_ring,
                witnesses=(0.0, 0.01, 0.5),
                rtol=0,
                atol=1e-12,
                mutants={
                    "never reached": lambda blob: 0.0,
                    "always its mass": lambda blob: 1 - blob,
                },
                about="1 % of the mass within it is enough to take every line",
            ),
        ),
    ),
]
