"""9271.samplers: quality against evaluations for every sampler on one plot, with floor and fitted Gaussian."""

from dataclasses import replace
from typing import Any

import numpy as np

from blogtools import data
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.quality import Row, quality_draw, rows_compute, with_spread
from blogtools.live import Choice, Live, Slider, style

ALL = "all"
KEY_AT = 60.0
"""Where a leader turns level, to show beside the name how its line is drawn."""


def _family(net: str, colour: str, named: dict[str, str], **setting: str) -> tuple[Row, ...]:
    """The solvers ``named`` of one net, the first as a whole line, the others dashed."""
    wanted = {"net": net, "variable": "t", **setting}
    return tuple(Row(name, colour, wanted | {"solver": s}, dashed=k > 0) for k, (s, name) in enumerate(named.items()))


FLOW = {"grid": "rho", "clock": "sample"}
EVEN = {"grid": "even", "clock": "global"}
COLD = {"improved, start noise": "cold improved", "naive, start noise": "cold naive"}
FAMILIES: dict[str, tuple[Row, ...]] = {
    "Poisson": _family("poisson-digits", style.BLUE, {"heun": "Poisson, Heun", "2m": "Poisson, 2M"}, **FLOW),
    "heat": _family("heat-digits", style.PURPLE, {"heun": "heat, Heun", "2m": "heat, 2M"}, **FLOW),
    "hot": _family("ddpm-digits", style.GREEN, {"ddim": "DDIM", "ddpm": "DDPM"}, **EVEN),
    "cold": _family("cold-digits", style.ORANGE, COLD, **EVEN),
}


def compute(family: str, evaluations: int) -> dict[str, Any]:
    """All lines, those of other families than ``family`` pale, and what each reaches within so many evaluations."""
    chosen = [row for name, rows in FAMILIES.items() if family in (ALL, name) for row in rows]
    others = [replace(row, colour=style.PALE) for rows in FAMILIES.values() for row in rows if row not in chosen]
    rows = (*others, *chosen)
    shown, reached = rows_compute(rows, evaluations)
    for k, row in enumerate(rows):
        # Thin lines and small dots over all bars: values a few tenths apart would hide one another.
        shown[f"spread_{k}"]["zorder"] = 1.5
        shown[f"line_{k}"] |= {"linewidth": 1.6, "markersize": 5, "markerfacecolor": "w" if row.dashed else row.colour}
        begin, end = shown[f"leader_{k}"]["data"]
        key = np.array([begin, (KEY_AT, end[1]), end])
        shown[f"leader_{k}"] |= {"data": key, "linestyle": shown[f"line_{k}"]["linestyle"], "linewidth": 1.6}
    best = sorted(
        (found[0], f"{name} {with_spread(*found)}")
        for name, found in reached.items()
        if name in {row.name for row in chosen}
    )
    said = " · ".join(text for _, text in best) or "nothing measured"
    floor = data.digits_quality()["floor"]
    return shown | {"readout": f"At most {evaluations} evaluations, best first: {said} · real {with_spread(*floor)}"}


@live_figure("9271.samplers")
def every_sampler() -> Live:
    """Fréchet distance of 797 digits by every sampler, as measured by benchmarks/digits_quality.py."""
    return Live(
        quality_draw,
        compute,
        [
            Choice("family", "look at", (ALL, *FAMILIES), ALL),
            Slider("evaluations", "budget", 5, 35, 17, log=True, integer=True, unit="evaluations"),
        ],
        alt="The Fréchet distance of drawn digits against the evaluations spent, for Poisson flow, heat, hot and cold"
        " diffusion on one plot. The flows and hot diffusion come down to what real digits reach against real digits;"
        " cold diffusion, begun with noise, stays above them, and by its naive steps far above.",
        size=(8.6, 4.7),
    )
