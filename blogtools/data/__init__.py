"""Data sets that ship with the package, and loaders for what is already on disk. Nothing here asks the network.

``digits()`` and ``mnist()`` give :class:`Images`; :mod:`blogtools.data.toys` draws seeded points of the plane.
"""

from blogtools.data import toys
from blogtools.data.images import Images, check_embedded, digits, digits_quality, mnist

__all__ = ["Images", "check_embedded", "digits", "digits_quality", "mnist", "toys"]
