"""How an array becomes what an artist shows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection, LineCollection, PathCollection, PolyCollection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.quiver import Quiver
from matplotlib.text import Text


def move(artist: Artist, name: str, value: Any) -> None:
    """Puts a value on an artist; ``ValueError`` names artist, value and what is allowed.

    The natural array is ``(n, 2)`` for a line, a scatter, a polygon and for the vectors of a quiver; ``(k, m, 2)`` or a
    list of ``(m, 2)`` for collections of lines or polygons; ``(n, 3)`` with columns x, lower, upper for a band of
    ``fill_between``; the pixels for an image; a string for a text. NaN interrupts a line. A mapping sets properties by
    name (``artist.set``), with ``data`` for the natural array and, for a quiver, ``offsets`` for the tails.
    """
    try:
        if not isinstance(value, Mapping):
            _data(artist, value)
            return
        properties = dict(value)
        if isinstance(artist, Quiver) and "offsets" in properties:
            tails = np.asarray(properties.pop("offsets"), float)
            artist.set_offsets(tails)
            artist.N = len(tails)
        if "data" in properties:
            _data(artist, properties.pop("data"))
        artist.set(**properties)
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise ValueError(f"artist {name!r} ({type(artist).__name__}) cannot show {_outline(value)}: {error}") from error


def same(one: Any, other: Any) -> bool:
    """Whether two values that :func:`move` takes are equal throughout; not a number is equal to itself in an array."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()
    return bool(np.all(one == other))


def sample_data(artist: Artist) -> np.ndarray | None:
    """Some natural array for an artist that is made of points, or None."""
    triangle = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    if isinstance(artist, (Line2D, PathCollection, Polygon)):
        return triangle
    if isinstance(artist, (LineCollection, PolyCollection)):
        return None if isinstance(artist, (Quiver, FillBetweenPolyCollection)) else triangle[None]
    return None


def _data(artist: Artist, value: Any) -> None:
    if isinstance(artist, Line2D):
        artist.set_data(*_columns(value, 2).T)
    elif isinstance(artist, Quiver):
        artist.set_UVC(*_columns(value, 2).T)
    elif isinstance(artist, PathCollection):
        artist.set_offsets(_columns(value, 2))
    elif isinstance(artist, LineCollection):
        artist.set_segments([_columns(piece, 2) for piece in value])
    elif isinstance(artist, FillBetweenPolyCollection):
        artist.set_data(*_columns(value, 3).T)
    elif isinstance(artist, PolyCollection):
        artist.set_verts([_columns(piece, 2) for piece in value])
    elif isinstance(artist, Polygon):
        artist.set_xy(_columns(value, 2))
    elif isinstance(artist, AxesImage):
        artist.set_data(np.asarray(value))
    elif isinstance(artist, Text):
        if not isinstance(value, str):
            raise ValueError("allowed is a string")
        artist.set_text(value)
    else:
        kind = "axes take a mapping such as {'xlim': (0, 1)}" if isinstance(artist, Axes) else "allowed is a mapping"
        raise ValueError(f"it has no natural array; {kind}")


def _columns(value: Any, number: int) -> np.ndarray:
    array = np.asarray(value, float)
    if array.ndim != 2 or array.shape[1] != number:
        raise ValueError(f"shape {array.shape} is not (n, {number})")
    return array


def _outline(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"{value!r:.80}"
