"""The canvas in the browser."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Canvas(anywidget.AnyWidget):
    """Shows a scene (what never changes), a background (PNG) and a frame (what moves), and sends back requests.

    ``font`` is the bundled one where a control holds Chinese, which not every browser can show; otherwise empty.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("in_picture.js", "live.js"))
    _css = (_HERE / "live.css").read_text(encoding="utf-8")
    scene: Any = traitlets.Dict().tag(sync=True)
    font: Any = traitlets.Bytes().tag(sync=True)
    background: Any = traitlets.Bytes().tag(sync=True)
    frame: Any = traitlets.Dict().tag(sync=True)


def strip_widgets(notebook: Any) -> int:
    """Takes widget views and widget state out of a notebook, where a still or a text stands beside the view.

    So the notebook shows its stills on GitHub and, before it is run, in Lab. Returns how many views were taken out.
    """
    view, state = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
    views = 0
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if view in data and len(data) > 1:
                del data[view]
                output.get("metadata", {}).pop(view, None)
                views += 1
    notebook["metadata"].get("widgets", {}).pop(state, None)
    if not notebook["metadata"].get("widgets", True):
        del notebook["metadata"]["widgets"]
    return views
