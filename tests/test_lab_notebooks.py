"""Every notebook in a real JupyterLab: run all, move every control of every figure, and see the pictures change."""

from pathlib import Path

import lab
import nbformat
import pytest
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
SCREENSHOTS = ROOT / ".artifacts" / "screenshots"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_everything_moves_in_lab(path: Path, server: lab.Lab, chromium: Browser) -> None:
    """No error output, no console error, nothing asked of another machine; screenshots are kept in .artifacts/."""
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    report = lab.drive_notebook(server, chromium, path, SCREENSHOTS, timeout=300)
    assert report.problems == []
    assert report.unmoved == []
    assert report.figures == sum(source.rstrip().splitlines()[-1].startswith("figure(") for source in cells if source)
    assert len(report.moved) >= 2 * report.figures
