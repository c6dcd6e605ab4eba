"""Every notebook: its anatomy, what is stored in it, and a run afresh without warning, error output or network."""

import json
import re
import statistics
from pathlib import Path

import nbformat
import pytest
from run_notebooks import NotebookError, run

from blogtools.ledger import Entry, entries
from blogtools.posts import POSTS, Post

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
POST_OF = {name: post for post in POSTS for name in post.notebooks}


def cells(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def test_there_are_notebooks() -> None:
    assert {"00_start_here", "04_poisson_flow"} <= {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_anatomy(path: Path) -> None:
    """Short cells, enough prose, no widget state, and stored stills with a text for who cannot see them."""
    code = [[line for line in source.splitlines() if line.strip()] for source in cells(path, "code")]
    lengths = [len(lines) for lines in code if lines]
    assert statistics.median(lengths) <= 6
    assert max(lengths) <= 25
    assert sum(len(source.split()) for source in cells(path, "markdown")) >= 5 * sum(lengths)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in notebook["metadata"]
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert outputs, "no outputs are stored: run `make notebooks`"
    for output in outputs:
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"
        data = output.get("data", {})
        assert "application/vnd.jupyter.widget-view+json" not in data
        if "image/png" in data:
            assert len("".join(data["text/plain"]).split()) >= 8, "a picture without a text for who cannot see it"


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem in POST_OF], ids=lambda path: path.stem)
def test_it_treats_its_post(path: Path) -> None:
    """It cites its post in full."""
    post, prose = POST_OF[path.stem], "\n".join(cells(path, "markdown"))
    for text in (post.title, post.original_title, post.address, post.date.isoformat(), "Su Jianlin"):
        assert text in prose, text


def treats(path: Path, entry: Entry) -> bool:
    """Whether the notebook mentions the entry and has the section that it names."""
    headings = {heading.strip() for heading in re.findall(r"^#+ (.*)$", "\n".join(cells(path, "markdown")), re.M)}
    mentioned = re.search(re.escape(entry.id) + r"(?!\.?\w)", path.read_text(encoding="utf-8"))
    return bool(mentioned) and entry.section in headings


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.id)
def test_every_entry_is_treated(post: Post) -> None:
    """Each entry of a post stands by its id in one of the post's notebooks, under the section that it names."""
    written = [path for path in NOTEBOOKS if path.stem in post.notebooks]
    for entry in [entry for entry in entries() if entry.post == post.id]:
        assert any(treats(path, entry) for path in written), f"{entry.id}, section {entry.section!r}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_afresh(path: Path) -> None:
    notebook, _ = run(path)
    stored = nbformat.read(path, as_version=4)
    texts = ["".join(o.get("data", {}).get("text/plain", "")) for c in notebook.cells for o in c.get("outputs", [])]
    assert [text for text in texts if "✘ falls" in text] == []
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in stored.cells]
    assert [len(c.get("outputs", [])) for c in notebook.cells] == [len(c.get("outputs", [])) for c in stored.cells]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import warnings; warnings.warn('take care')", "take care"),
        ("import sys; print('hm', file=sys.stderr)", "standard error"),
        ("import socket; socket.create_connection(('192.0.2.1', 80))", "reached for the network"),
    ],
)
def test_the_runner_sees_what_is_wrong(source: str, complaint: str, tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, tmp_path / "wrong.ipynb")
    with pytest.raises(NotebookError, match=complaint):
        run(tmp_path / "wrong.ipynb")
