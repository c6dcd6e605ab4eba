"""The project's own frame: one set of ranges said three times, code style, citations, the cost of an import."""

import ast
import graphlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import write_readme
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from blogtools.posts import POSTS, post

ROOT = Path(__file__).resolve().parent.parent
CONDA_NAMES = {"matplotlib-base": "matplotlib", "pytorch": "torch"}


def ranges_of_pyproject() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["test"]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): str(r.specifier) for r in requirements} | {"python": project["requires-python"]}


def ranges_of_conda() -> dict[str, str]:
    lines = re.findall(r"^ +- ([a-z][\w-]*)([<>=!].*)$", (ROOT / "environment.yml").read_text(), re.M)
    return {
        canonicalize_name(CONDA_NAMES.get(name, name)): str(Requirement(name + spec).specifier) for name, spec in lines
    }


def pins_of_lock() -> dict[str, str]:
    lines = [
        line for line in (ROOT / "requirements.lock").read_text().splitlines() if line and not line.startswith("#")
    ]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def test_conda_says_what_pyproject_says() -> None:
    assert ranges_of_conda() == ranges_of_pyproject()


def test_every_pin_lies_in_its_range() -> None:
    pins = pins_of_lock()
    for name, specifier in ranges_of_pyproject().items():
        if name != "python":
            assert Requirement(f"{name}{specifier}").specifier.contains(pins[name]), (name, specifier, pins[name])


def test_lock_is_complete_and_is_what_runs_here() -> None:
    """Walk from blogtools through all that its requirements require: each is pinned, at the version installed."""
    pins, seen = pins_of_lock(), set()
    queue = [("blogtools", extra) for extra in ("", "test")]
    while queue:
        name, extra = queue.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        if name != "blogtools":
            assert name in pins, f"{name} is needed and not in requirements.lock"
            assert importlib.metadata.version(name).split("+")[0] == pins[name]
        for line in importlib.metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                queue += [(canonicalize_name(requirement.name), e) for e in ("", *requirement.extras)]


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_style_and_types(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_is_light() -> None:
    """`import blogtools` and the command's help load no torch, no matplotlib and no ipywidgets."""
    heavy = {"torch", "matplotlib", "ipywidgets"}
    code = f"import sys, blogtools, blogtools.posts, blogtools.cli; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_topics_import_neither_matplotlib_nor_widgets() -> None:
    """No arrow runs upward: only figures/ and live/ may draw (the ledger draws its widget inside a function)."""
    for path in (ROOT / "blogtools").rglob("*.py"):
        if not {"figures", "live"} & set(path.relative_to(ROOT).parts):
            found = re.search(r"^(import|from) (matplotlib|ipywidgets|anywidget)", path.read_text(), re.M)
            assert found is None, f"{path.relative_to(ROOT)} has {found and found.group()}"


def imported(path: Path) -> set[str]:
    """The dotted names of this project that a file imports, those inside functions too."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names |= {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    return {name for name in names if name.startswith("blogtools.")}


def test_no_arrow_between_rooms_runs_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for path in (ROOT / "blogtools").glob("*/**/*.py"):
        room = path.relative_to(ROOT / "blogtools").parts[0]
        rooms.setdefault(room, set()).update({name.split(".")[1] for name in imported(path)} - {room})
    order = list(graphlib.TopologicalSorter(rooms).static_order())
    assert order.index("nets") < order.index("diffusion") < order.index("claims")


def test_the_construction_of_three_posts_rests_on_none_of_them() -> None:
    """The files of diffusion/ import nothing of its folders, each the matter of one post or of one use."""
    room, room_name = ROOT / "blogtools" / "diffusion", "blogtools.diffusion"
    folders = {path.parent.name for path in room.glob("*/__init__.py")}
    assert {"heat_ode", "poisson_flow", "text"} <= folders
    for path in set(room.glob("*.py")) - {room / "__init__.py"}:
        upward = {name for name in imported(path) for folder in folders if name.startswith(f"{room_name}.{folder}.")}
        assert not upward, f"{path.name} imports {upward}"


def test_every_post_is_cited_in_full() -> None:
    citation, readme = (ROOT / "CITATION.cff").read_text(), (ROOT / "README.md").read_text()
    for entry in POSTS:
        for text in (entry.original_title, entry.title, entry.address, entry.date.isoformat()):
            assert text in citation, text
        for text in (entry.original_title, entry.title, entry.address):
            assert text in readme, text


def test_readme_is_as_generated() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == write_readme.readme(), "run `make readme`"


def test_the_code_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    exec(code, {})
    assert capsys.readouterr().out == "torch.Size([16, 64]) 17\n"


def test_wrong_post_names_the_eight() -> None:
    with pytest.raises(ValueError, match=r"post_id = '9999' is not one of 9271, .*9344"):
        post("9999")
