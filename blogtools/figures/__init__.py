"""The figures of the notebooks, one file (or folder) a topic, found by name.

A factory is a function without arguments that returns a ``Live`` figure, registered under the id it illustrates::

    @live_figure("9305.fig1")
    def field_of_four_masses() -> Live: ...
"""

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogtools.live import Live

Factory = Callable[[], "Live"]

_factories: dict[str, Factory] = {}


def live_figure(name: str) -> Callable[[Factory], Factory]:
    """Registers the decorated factory under a name; ``ValueError`` if another has it."""

    def register(factory: Factory) -> Factory:
        known = _factories.setdefault(name, factory)
        if (known.__module__, known.__qualname__) != (factory.__module__, factory.__qualname__):
            raise ValueError(f"live figure name = {name!r} is taken by {known.__module__}.{known.__qualname__}")
        _factories[name] = factory
        return factory

    return register


def registry() -> dict[str, Factory]:
    """Every registered figure, by name, from all the modules of this package and of its folders."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(_factories.items()))


def figure(name: str) -> "Live":
    """A fresh live figure by name, such as ``"9305.fig1"``; ``ValueError`` names the nearest when there is none."""
    known = registry()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0) or ["none"]
        raise ValueError(f"name = {name!r} is not a registered figure; near: {', '.join(near)}")
    return known[name]()
