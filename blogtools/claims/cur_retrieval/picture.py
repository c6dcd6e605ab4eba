"""Section "CUR": what the picture says (fig1), and the shape of F∩H (slip3)."""

import functools

import numpy as np

from blogtools.ledger import Entry, Exact
from blogtools.similarity import CUR

SECTION = "CUR"


def shape_shared(V: int, U: int, right: bool) -> list[int]:
    """Shape of F∩H: rows V and columns U, or as printed."""
    return [V, U] if right else [U, V]


def entries_known(Q: int, K: int, V: int, U: int, slip: str = "") -> int:
    """How many scores the picture shades: those in F, those in H, the intersection once."""
    if slip == "the intersection twice":
        return Q * U + V * K
    return {"": Q * U + V * K - U * V, "F alone": Q * U, "U and V exchanged": Q * V + U * K - U * V}[slip]


def entries_counted(Q: int, K: int, V: int, U: int) -> int:
    """The same by counting, in a random choice."""
    rng = np.random.default_rng(Q + K)
    shaded = np.zeros((Q, K), dtype=bool)
    shaded[rng.permutation(Q)[:V]] = True
    shaded[:, rng.permutation(K)[:U]] = True
    return int(shaded.sum())


ENTRIES = [
    Entry(
        id="9336.fig1",
        kind="figure",
        latex=r"|\mathcal Q||\mathcal U|+|\mathcal V||\mathcal K|-|\mathcal U||\mathcal V|",
        says="the picture: some columns, some rows, and what they share; so many scores are computed, not all",
        section=SECTION,
        evidence=(
            Exact(
                statement=entries_known,
                against=entries_counted,
                witnesses=(
                    {"Q": 5, "K": 9, "V": 2, "U": 3},
                    {"Q": 40, "K": 60, "V": 40, "U": 1},
                    {"Q": 250, "K": 3000, "V": 50, "U": 100},
                ),
                mutants={
                    slip: functools.partial(entries_known, slip=slip)
                    for slip in ("the intersection twice", "F alone", "U and V exchanged")
                },
                about="shaded cells, counted",
            ),
        ),
    ),
    Entry(
        id="9336.slip3",
        kind="identity",
        latex=r"\boldsymbol F\cap\boldsymbol H\in\mathbb R^{|\mathcal U|\times|\mathcal V|}",
        says="F∩H has rows V and columns U, so it is |V| x |U|; its pseudo-inverse is |U| x |V|, as eq2 has G",
        section="Errata and remarks",
        corrected_by="9336.eq4",
        evidence=(
            Exact(
                statement=functools.partial(shape_shared, right=False),
                amended=functools.partial(shape_shared, right=True),
                against=lambda V, U: list(CUR(np.arange(99.0).reshape(9, 11), range(V), range(U)).H[:, :U].shape),
                witnesses=({"V": 2, "U": 5}, {"V": 8, "U": 3}),
                about="the shape as printed, and of H's columns U",
            ),
        ),
    ),
]
