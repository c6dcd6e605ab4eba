"""One progress bar for the whole package, seen only where there is something to wait for."""

import sys
from collections.abc import Iterable
from typing import Any

SECONDS_UNSEEN = 2.0


def in_notebook() -> bool:
    """True inside a Jupyter kernel; imports nothing that is not already loaded."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def progress(iterable: Iterable[Any] | None = None, total: int | None = None, label: str = "", initial: int = 0) -> Any:
    """A tqdm bar over ``iterable`` (or to be advanced with ``.update(n)`` up to ``total``).

    It appears after two seconds, so what is quick stays silent. In a terminal it is written to stderr and stays when it
    is finished; in a notebook it goes to stdout and disappears, so that a stored notebook holds no trace of it; where
    neither is (a pipe, a log file) it is silent.
    """
    from tqdm import tqdm

    notebook = in_notebook()
    return tqdm(
        iterable,
        total=total,
        desc=label or None,
        initial=initial,
        delay=SECONDS_UNSEEN,
        disable=False if notebook else None,
        leave=not notebook,
        file=sys.stdout if notebook else sys.stderr,
        dynamic_ncols=not notebook,
    )
