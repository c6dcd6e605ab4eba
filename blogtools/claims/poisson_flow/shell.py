"""Section "Where lines never go": claims 3 and 4, figure 4."""

import mpmath
import numpy as np
import torch

from blogtools.claims.poisson_flow import formulas as f
from blogtools.claims.poisson_flow.lines import LINE_TOLERANCE, traced_shares
from blogtools.diffusion import field_lines, gravity
from blogtools.ledger import Entry, Numeric

SECTION = "Where lines never go"


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


ENTRIES = [
    Entry(
        id="9305.claim3",
        kind="identity",
        latex=r"\boldsymbol F=\boldsymbol 0\ (\lVert\boldsymbol x\rVert<1),\quad "
        r"\boldsymbol F=-\frac1{S_d(1)}\frac{\boldsymbol x}{\lVert\boldsymbol x\rVert^d}"
        r"\ (\lVert\boldsymbol x\rVert>1)",
        says="inside a uniform shell the field vanishes, outside it is that of one mass at the centre",
        section=SECTION,
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
        section=SECTION,
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
        section=SECTION,
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
        section=SECTION,
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
        section=SECTION,
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
        section=SECTION,
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
