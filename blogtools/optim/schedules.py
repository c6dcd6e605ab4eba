"""What is left of the first step after t steps: the post's two laws, and the recursion they come from.

``rate`` is α_0 p (recipe 1) or α_0 p_0 (recipe 2), the number that the half-life fixes.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.optim.check import array, require_decay, require_number


def inverse_square(t: Any, rate: float) -> NDArray[np.float64]:
    """1/(rate·t + 1)², the e^{−2S_t} of a constant p (9344.eq20, 9344.eq21); t ≥ 0 of any shape, rate > 0."""
    require_number("rate", rate, 0.0, open_below=True)
    return 1.0 / (rate * array("t", t, 0.0) + 1.0) ** 2


def inverse_time(t: Any, rate: float) -> NDArray[np.float64]:
    """1/(2·rate·t + 1), the e^{−2S_t} of p_t = p_0 e^{−S_t} (9344.eq28, 9344.eq29); t ≥ 0 of any shape, rate > 0."""
    require_number("rate", rate, 0.0, open_below=True)
    return 1.0 / (2.0 * rate * array("t", t, 0.0) + 1.0)


def closed_form(integral: Any) -> NDArray[np.float64]:
    """e^{−S_t} = 1/(I + 1) with I = α_0 ∫_0^t p (9344.eq25, 9344.eq26); I ≥ 0 of any shape."""
    return 1.0 / (array("integral", integral, 0.0) + 1.0)


def half_life_rate(half_life: float, decay: str = "inverse-square") -> float:
    """The rate with which the law is ½ at t = ``half_life`` > 0: (√2−1)/T (9344.eq22), for "inverse-time" 1/(2T)."""
    require_number("half_life", half_life, 0.0, open_below=True)
    require_decay(decay)
    return (math.sqrt(2.0) - 1.0) / half_life if decay == "inverse-square" else 0.5 / half_life


def exact_recursion(rate: Any, steps: int, decay: str = "inverse-square") -> NDArray[np.float64]:
    """e^{−2S_t} for t = 0 … ``steps`` without the passage to an ODE: S_0 = 0, S_{t+1} = S_t + rate·e^{−S_t}.

    That is 9344.eq18; with "inverse-time" p falls like e^{−S}, so that the step is rate·e^{−2S_t} (9344.eq27).
    ``rate`` > 0 is one number, or one a step (9344.eq23), of shape (steps,). The post counts from S_1 = 0: its t is one
    more than this one.
    """
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 1:
        raise ValueError(f"steps = {steps!r} must be a whole number of at least 1")
    require_decay(decay)
    rates = array("rate", rate, 0.0, open_below=True)
    if rates.shape not in ((), (steps,)):
        raise ValueError(f"rate has shape {rates.shape}, but must be one number or ({steps},)")
    power = 1.0 if decay == "inverse-square" else 2.0
    sums = [0.0]
    for step in np.broadcast_to(rates, (steps,)).tolist():
        sums.append(sums[-1] + step * math.exp(-power * sums[-1]))
    return np.exp(-2.0 * np.array(sums))
