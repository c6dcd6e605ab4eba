"""The stage: a persistent matplotlib figure, split into what stands still and what moves."""

import copy
import io
from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from PIL import Image

from blogtools.live import style
from blogtools.live.actors import move, same, sample_data
from blogtools.live.scene import CSS_DPI, PIXEL_RATIO, Operation, Recorder

Draw = Callable[[Figure], Mapping[str, Artist]]


class Stage:
    """Paints once what stands still (``background``), and records anew what moves (``operations``).

    The still is painted in the same order as the canvas: the background, then the actors by ``zorder``. With
    ``blueprints``, an actor that shows nothing now is still recorded with its look, for a page that will fill it.
    """

    def __init__(self, draw: Draw, size: tuple[float, float], blueprints: bool = False) -> None:
        self.figure = Figure(figsize=size, dpi=CSS_DPI * PIXEL_RATIO, layout="constrained")
        self._agg = FigureCanvasAgg(self.figure)
        self.artists = dict(draw(self.figure))
        for name, artist in self.artists.items():
            if not isinstance(artist, Artist) or name == "readout":
                raise ValueError(f"draw returned {name!r}: {artist!r}; allowed are artists under names but 'readout'")
        self._moving = {name: a for name, a in self.artists.items() if not isinstance(a, Axes)}
        self._blueprints = blueprints
        self._shown: dict[str, Any] = {}
        self._recorded: dict[str, list[Operation]] = {}
        self.background = b""
        """PNG of what stands still, at two pixels to the CSS pixel."""
        width, height = self.pixels
        self._recorder = Recorder(width, height, self.figure.dpi)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in stage pixels."""
        return self._agg.get_width_height()

    def move(self, values: Mapping[str, Any]) -> None:
        """Moves the named artists, those that changed; axes among them make the background be painted anew."""
        unknown = [name for name in values if name not in self.artists]
        if unknown:
            known = ", ".join(map(repr, self.artists)) or "nothing"
            raise ValueError(f"compute returned {unknown[0]!r}; allowed are 'readout' and what draw returned: {known}")
        for name, value in values.items():
            if name in self._shown and same(self._shown[name], value):
                continue
            move(self.artists[name], name, value)
            self._shown[name] = copy.deepcopy(value)
            self._recorded.pop(name, None)
            if name not in self._moving:
                self.background = b""
        if not self.background:
            self._paint_background()

    def operations(self) -> list[Operation]:
        """What the canvas paints over the background, in order."""
        for name, artist in self._moving.items():
            if name not in self._recorded:
                operations = self._recorder.record(name, artist)
                self._recorded[name] = operations or (self._blueprint(name) if self._blueprints else [])
        return [operation for name in self._order() for operation in self._recorded[name]]

    def _blueprint(self, name: str) -> list[Operation]:
        """The operations of an actor without points: shown for a moment with some, recorded, and emptied."""
        artist = self._moving[name]
        sample = sample_data(artist)
        if sample is None or not artist.get_visible():
            return []
        move(artist, name, sample)
        operations = self._recorder.record(name, artist)
        move(artist, name, self._shown.get(name, sample[:0]))
        return [o | dict.fromkeys(o.keys() & {"xy", "counts", "groups"}, b"") for o in operations]

    def affine(self, name: str) -> list[float] | None:
        """``[sx, tx, sy, ty]`` from the data of an artist or axes to stage pixels; None where they are not linear."""
        artist = self.artists[name]
        if isinstance(artist, Axes):
            transform = artist.transData
        else:
            transform = artist.get_offset_transform() if isinstance(artist, PathCollection) else artist.get_transform()
        if not transform.is_affine:
            return None
        (sx, skew, tx), (skew_y, sy, ty), _ = np.array(transform.get_matrix()).tolist()
        return None if skew or skew_y else [sx, tx, -sy, self.pixels[1] - ty]

    def picture(self, readout: str, settings: str) -> bytes:
        """The still as PNG of 256 colours: background, actors, and below them the readout and the settings (grey)."""
        self._agg.restore_region(self._region)
        renderer = self._agg.get_renderer()
        for name in self._order():
            self._moving[name].draw(renderer)
        still = np.array(self._agg.buffer_rgba())[..., :3]
        columns = int(11.5 * self.figure.get_figwidth())
        lines = [(text, style.BLACK) for line in readout.splitlines() for text in wrap(line, columns)]
        lines += [(text, style.GREY) for text in wrap(settings, columns)]
        if lines:
            still = np.concatenate([still, self._text(lines)])
        image = Image.fromarray(still)
        few = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
        return _png(few, optimize=True)

    def _order(self) -> list[str]:
        def depth(name: str) -> tuple[float, float]:
            artist = self._moving[name]
            return (artist.axes.get_zorder() if artist.axes is not None else 0.0, artist.get_zorder())

        return sorted(self._moving, key=depth)

    def _paint_background(self) -> None:
        shown = [artist for artist in self._moving.values() if artist.get_visible()]
        for artist in shown:
            artist.set_visible(False)
        self._agg.draw()
        self.figure.set_layout_engine("none")
        for artist in shown:
            artist.set_visible(True)
        self._region = self._agg.copy_from_bbox(self.figure.bbox)
        self.background = _png(Image.fromarray(np.array(self._agg.buffer_rgba())[..., :3]), compress_level=1)
        self._recorded.clear()

    def _text(self, lines: list[tuple[str, str]]) -> np.ndarray:
        width, height = self.figure.get_figwidth(), 0.08 + 0.24 * len(lines)
        strip = Figure(figsize=(width, height), dpi=self.figure.dpi)
        canvas = FigureCanvasAgg(strip)
        for row, (text, colour) in enumerate(lines):
            y = 1 - (0.16 + 0.24 * row) / height
            strip.text(0.08 / width, y, text, color=colour, fontsize=12, va="center", parse_math=False)
        canvas.draw()
        strip_pixels = np.array(canvas.buffer_rgba())[..., :3]
        full = np.full((strip_pixels.shape[0], self.pixels[0], 3), 255, np.uint8)
        columns = min(full.shape[1], strip_pixels.shape[1])
        full[:, :columns] = strip_pixels[:, :columns]
        return full


def _png(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "png", **options)
    return buffer.getvalue()
