"""Matplotlib artists as a few flat arrays that a canvas can paint.

The ``Recorder`` is a matplotlib renderer: an artist draws itself on it as on any other, and what it draws is kept as
operations of three kinds, in stage pixels with y downwards: ``paths`` (polylines and polygons), ``marks`` (one shape
stamped at many places) and ``image``. Text is kept as the outlines of its glyphs.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.path import Path
from matplotlib.textpath import TextToPath, text_to_path
from matplotlib.transforms import Affine2D, Transform

PIXEL_RATIO = 2
"""Stage pixels to one CSS pixel."""
CSS_DPI = 100
"""CSS pixels to one inch of the figure."""

Operation = dict[str, Any]


@lru_cache(maxsize=1024)
def _outline(prop: Any, words: str, ismath: Any, **features: Any) -> tuple[np.ndarray, Any]:
    vertices, codes = text_to_path.get_text_path(prop, words, ismath, **features)
    return np.array(vertices, float).reshape(-1, 2), codes


class _Outlines(TextToPath):
    """Outlines of text, remembered: words come back as a slider goes to and fro, and laying them out is slow."""

    def get_text_path(self, prop: Any, s: str, ismath: Any = False, **features: Any) -> Any:
        """Vertices ``(n, 2)`` and codes."""
        return _outline(prop, s, ismath, **features)


class Recorder(RendererBase):
    """Keeps what artists draw; ``width`` and ``height`` are those of the stage in pixels."""

    def __init__(self, width: int, height: int, dpi: float) -> None:
        super().__init__()
        self.width, self.height, self.dpi = width, height, dpi
        self._text2path = _Outlines()
        self._operations: list[Operation] = []
        self._name = ""

    def record(self, name: str, artist: Artist) -> list[Operation]:
        """The operations that draw this artist; ``ValueError`` names it if it needs what a canvas has not."""
        self._operations, self._name = [], name
        try:
            artist.draw(self)
        except NotImplementedError as error:
            raise ValueError(
                f"artist {name!r} ({type(artist).__name__}) cannot move on the canvas: it draws with {error};"
                " allowed are lines, markers, polygons, arrows, images and text"
            ) from error
        for operation in self._operations:
            if isinstance(operation.get("xy"), list):
                operation["xy"] = self._flip(np.concatenate(operation["xy"]))
            if "line" in operation:
                operation["line"] = self.points_to_pixels(np.asarray(operation["line"], float))
        return [_packed(operation) for operation in self._operations]

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Stage size in pixels."""
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        """A length in points, in stage pixels."""
        return points * self.dpi / 72

    def option_image_nocomposite(self) -> bool:
        """Images are kept one by one."""
        return True

    def option_scale_image(self) -> bool:
        """An image with ``interpolation="none"`` is sent in its own resolution and scaled by the browser."""
        return True

    def draw_gouraud_triangles(self, *args: Any, **kwargs: Any) -> None:
        """Not for a canvas."""
        raise NotImplementedError("Gouraud triangles")

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        """One path, added to the last operation when only colours and widths differ."""
        polygons = _polygons(path, transform)
        if not polygons:
            return
        look = self._look(gc)
        last = self._operations[-1] if self._operations else None
        if last is None or not isinstance(last.get("counts"), list) or last["look"] != look:
            self._keep("paths", gc, {"xy": [], "counts": [], "groups": []} | _painted([], [], []))
            last = self._operations[-1]
        last["xy"].extend(polygons)
        last["counts"].extend(len(p) for p in polygons)
        last["groups"].append(len(polygons))
        face, edge, width = self._paint(gc, rgbFace)
        for key, value in _painted(face, edge, width).items():
            last[key].append(value)

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        """One shape at every vertex of ``path``; a collection of one path comes here too, at the origin."""
        at = trans.transform(path.vertices)
        if len(at) == 1 and not at.any():
            return self.draw_path(gc, marker_path, marker_trans, rgbFace)
        face, edge, width = self._paint(gc, rgbFace)
        self._stamp(gc, marker_path, marker_trans, at, [1.0], [face], [edge], [width])

    def draw_path_collection(
        self,
        gc: GraphicsContextBase,
        master_transform: Transform,
        paths: Sequence[Path],
        all_transforms: Any,
        offsets: Any,
        offset_trans: Transform,
        facecolors: Any,
        edgecolors: Any,
        linewidths: Any,
        linestyles: Any,
        antialiaseds: Any,
        urls: Any,
        offset_position: Any,
        *,
        hatchcolors: Any = None,
    ) -> None:
        """Many paths at once: stamps where one shape repeats, polylines where none is curved, else one by one."""
        number = max(len(paths), len(offsets))
        plain = len(linestyles) <= 1 or all(style == linestyles[0] for style in linestyles)
        if linestyles and plain:
            gc.set_dashes(*linestyles[0])
        at = offset_trans.transform(np.asarray(offsets, float))
        colours = _cycle(facecolors, number), _cycle(edgecolors, number)
        widths = _cycle(linewidths, number) if len(edgecolors) else [0.0]
        matrices = np.asarray(all_transforms, float).reshape(-1, 3, 3)
        uniform = bool((matrices[:, 0, 1] == 0).all() and (matrices[:, 0, 0] == matrices[:, 1, 1]).all())
        if plain and len(paths) == 1 and (len(offsets) > 1 or len(matrices)) and uniform:
            scale = _cycle(matrices[:, 0, 0], number) if len(matrices) else [1.0]
            self._stamp(gc, paths[0], master_transform, at, scale, *colours, widths)
        elif plain and len(matrices) == 0 and len(paths) > 1 and len(paths) == number and all(map(_straight, paths)):
            vertices = master_transform.transform(np.concatenate([path.vertices for path in paths]))
            counts = [len(np.asarray(path.vertices)) for path in paths]
            vertices = vertices + (np.repeat(at, counts, axis=0) if len(at) == number else at[:1] if len(at) else 0.0)
            corners = {"xy": self._flip(vertices), "counts": np.array(counts), "groups": np.ones(number)}
            self._keep("paths", gc, corners | _painted(*colours, widths))
        else:
            super().draw_path_collection(
                gc, master_transform, paths, all_transforms, offsets, offset_trans, facecolors, edgecolors,
                linewidths, linestyles, antialiaseds, urls, offset_position, hatchcolors=hatchcolors,
            )  # fmt: skip

    def draw_image(self, gc: GraphicsContextBase, x: float, y: float, im: Any, transform: Any = None) -> None:
        """RGBA pixels, the first row lowest, placed by their lower left corner or by a transform of the unit square."""
        rows, columns = im.shape[:2]
        im = np.array(im, np.uint8)
        place: Transform = Affine2D()
        if transform is not None:
            place = Affine2D().scale(1 / columns, 1 / rows) + transform
            im[..., 3] = np.round(im[..., 3] * gc.get_alpha())
        place = place + Affine2D().translate(x, y).scale(1, -1).translate(0, self.height)
        a, c, e, b, d, f = np.array(place.get_matrix())[:2].ravel().tolist()
        image = {"columns": columns, "rows": rows, "matrix": [a, b, c, d, e, f], "pixels": im}
        self._keep("image", gc, image)

    def _stamp(
        self, gc: GraphicsContextBase, shape: Path, transform: Transform, at: np.ndarray, scale: Any, *paint: Any
    ) -> None:
        polygons = _polygons(shape, transform)
        if polygons and len(at):
            corners = {"shape": np.concatenate(polygons) * (1, -1), "corners": [len(p) for p in polygons]}
            self._keep("marks", gc, corners | {"xy": self._flip(at), "scale": scale} | _painted(*paint))

    def _keep(self, kind: str, gc: GraphicsContextBase, operation: Operation) -> None:
        self._operations.append({"kind": kind, "name": self._name, "look": self._look(gc)} | operation)

    def _flip(self, points: np.ndarray) -> np.ndarray:
        return np.column_stack([points[:, 0], self.height - points[:, 1]])

    def _paint(self, gc: GraphicsContextBase, face: Any) -> tuple[tuple[float, ...], tuple[float, ...], float]:
        if gc.get_hatch():
            raise NotImplementedError("a hatch")
        if face is None:
            filling: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
        else:
            alpha = gc.get_alpha() if gc.get_forced_alpha() or len(face) == 3 else face[3]
            filling = (*face[:3], alpha)
        return filling, tuple(gc.get_rgb()), gc.get_linewidth()

    def _look(self, gc: GraphicsContextBase) -> dict[str, Any]:
        """Clip, dashes, ends and corners: what all paths of one operation share."""
        box, (clip, clip_transform) = gc.get_clip_rectangle(), gc.get_clip_path()
        corners = None
        if clip is not None:
            corners = np.concatenate(_polygons(clip, clip_transform))
        elif box is not None:
            corners = np.array([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)])
        pattern: Any = gc.get_dashes()
        shift, dashes = pattern
        return {
            "clip": None if corners is None else self._flip(corners).ravel().tolist(),
            "dash": [] if dashes is None else [float(self.points_to_pixels(d)) for d in dashes],
            "shift": float(self.points_to_pixels(shift or 0)),
            "cap": {"projecting": "square"}.get(gc.get_capstyle(), gc.get_capstyle()),
            "join": gc.get_joinstyle(),
        }


def _painted(face: Any, edge: Any, line: Any) -> Operation:
    return {"face": face, "edge": edge, "line": line}


def _polygons(path: Any, transform: Transform | None) -> list[np.ndarray]:
    """The path as ``(m, 2)`` polylines in display pixels, curves made straight; closed ones end where they begin."""
    return [np.asarray(polygon, float) for polygon in path.to_polygons(transform, closed_only=False)]


def _straight(path: Path) -> bool:
    """One run of straight pieces (closed or not), so that its vertices say all."""
    codes: Any = path.codes
    return codes is None or bool((codes[1:-1] == Path.LINETO).all() and codes[-1] in (Path.LINETO, Path.CLOSEPOLY))


def _cycle(values: Any, number: int) -> np.ndarray:
    """None, one, or ``number`` values: matplotlib repeats shorter lists."""
    values = np.asarray(values, float)
    return values if len(values) in (0, 1, number) else np.resize(values, (number, *values.shape[1:]))


def _packed(operation: Operation) -> Operation:
    """Numbers as little-endian buffers: coordinates and widths float32, counts uint32, colours RGBA bytes."""
    packed = dict(operation)
    for key, value in operation.items():
        if key in ("face", "edge"):
            packed[key] = np.round(np.asarray(value, float) * 255).astype(np.uint8).tobytes()
        elif key in ("xy", "scale", "shape", "line"):
            packed[key] = np.asarray(value, "<f4").tobytes()
        elif key in ("counts", "groups", "corners"):
            packed[key] = np.asarray(value, "<u4").tobytes()
        elif key == "pixels":
            packed[key] = value.tobytes()
    return packed
