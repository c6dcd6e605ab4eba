"""Run notebooks in place, top to bottom, and store text and still pictures: `make notebooks`.

The same function serves the tests, which run each notebook afresh. A notebook fails when a cell raises or warns,
writes to standard error or reaches for the network, and when a live figure recorded an error.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

from blogtools.live import strip_widgets

ROOT = Path(__file__).resolve().parent.parent

PROLOGUE = """
import socket, warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", message=".*do_shutdown")  # ipykernel's own, as it ends
def _loopback_only(self, address, connect=socket.socket.connect):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
        raise OSError(f"the notebook reached for the network: {address}")
    return connect(self, address)
socket.socket.connect = _loopback_only
"""
EPILOGUE = """
from blogtools.live import failures
assert not failures, failures
"""


class NotebookError(Exception):
    """A notebook that raised, warned, wrote to standard error, or whose live figures recorded an error."""


def run(path: Path, timeout: float = 300) -> tuple[nbformat.NotebookNode, float]:
    """The notebook with fresh outputs (stills, no widget state), and the seconds from cold that it took."""
    notebook = nbformat.read(path, as_version=4)
    body = notebook.cells
    wrap = [nbformat.v4.new_code_cell(source) for source in (PROLOGUE, EPILOGUE)]
    notebook.cells = [wrap[0], *body, wrap[1]]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=40"],
    )
    started = time.perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: {error}") from None
    seconds = time.perf_counter() - started
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise NotebookError(
                    f"{path.name} wrote to standard error:\n{output['text']}\nin the cell:\n{cell.source}"
                )
    notebook.cells = body
    for number, cell in enumerate((c for c in body if c.cell_type == "code"), start=1):
        cell.execution_count = number
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if "execution_count" in output:
                output["execution_count"] = number
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    strip_widgets(notebook)
    return notebook, seconds


def main() -> int:
    """Run the notebooks named, or all of them; 1 when one of them fails, and that one is left as it was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: all in notebooks/)")
    paths = parser.parse_args().paths or sorted((ROOT / "notebooks").glob("*.ipynb"))
    status = 0
    for path in (bar := tqdm(paths, unit="notebook")):
        bar.set_description(path.name)
        try:
            notebook, seconds = run(path)
        except NotebookError as error:
            bar.write(str(error), file=sys.stderr)
            status = 1
            continue
        temporary = path.with_suffix(".ipynb.new")
        nbformat.write(notebook, temporary)
        temporary.replace(path)
        bar.write(f"{path.name}: {len(notebook.cells)} cells in {seconds:.1f} s, {path.stat().st_size // 1024} kB")
    return status


if __name__ == "__main__":
    sys.exit(main())
