"""``blogtools present``: notebooks without their code and with live figures, in large type, for a projector.

Voila runs a notebook whenever its page is opened; the template under ``jupyter/`` has the page ask nothing of another
machine.
"""

import difflib
import os
import tempfile
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from blogtools.posts import POSTS

TEMPLATE = "blogtools"


def find_notebook(name: str, folder: Path) -> Path:
    """The notebook of ``folder`` called ``name``: a path, ``04_poisson_flow``, ``04``, ``poisson_flow``, or ``9305``.

    Raises ``ValueError``, naming near ones, when there is no such notebook or more than one.
    """
    names: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.ipynb")):
        number, _, topic = path.stem.partition("_")
        posts = [post.id for post in POSTS if path.stem in post.notebooks]
        for known in {path.stem, number, topic, *posts}:
            names.setdefault(known, []).append(path)
    wanted = Path(name).name.removesuffix(".ipynb")
    found = names.get(wanted, [])
    if len(found) == 1:
        return found[0]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0)
    stems = sorted({path.stem for path in found or [path for known in near for path in names[known]]}) or ["none"]
    problem = "is the name of several notebooks" if found else "is not a notebook"
    raise ValueError(f"NOTEBOOK = {name!r} {problem} in {folder}; {'' if found else 'near it: '}{', '.join(stems)}")


def add_settings() -> None:
    """Lets Jupyter, in this process and in those that it starts, find the page's template; Lab asks for no news."""
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        paths = [str(Path(__file__).parent / "jupyter"), os.environ.get(name, "")]
        os.environ[name] = os.pathsep.join(filter(None, paths))


def present(notebook: str | None, folder: Path, options: Sequence[str] = ()) -> None:
    """Serve the notebooks of ``folder`` on loopback, behind a token, until interrupted, and open one, or their list."""
    opens = f"voila/render/{find_notebook(notebook, folder).name}" if notebook else ""
    add_settings()
    from voila.app import Voila

    class Presenter(Voila):
        """Voila serving a folder, with a way of its own to open the first page: Voila's leaves the token out."""

        @property
        def display_url(self) -> str:
            return f"{self.connection_url}{opens}?token={self.identity_provider.token}"

        def launch_browser(self) -> None:
            # By way of a page that only this user can read: a list of processes shows no token.
            handle, page = tempfile.mkstemp(suffix=".html")
            with open(handle, "w", encoding="utf-8") as file:
                file.write(f'<meta http-equiv="refresh" content="0; url={self.display_url}">')
            threading.Thread(target=webbrowser.open, args=(Path(page).as_uri(),), daemon=True).start()

    arguments = [
        str(folder),
        "--Voila.ip=127.0.0.1",
        "--Voila.auto_token=True",
        f"--VoilaConfiguration.template={TEMPLATE}",
        "--VoilaConfiguration.classic_tree=True",
        "--VoilaConfiguration.show_tracebacks=True",
        # A kernel whose page was closed, or whose machine slept this long, goes.
        "--MappingKernelManager.cull_idle_timeout=600",
        "--MappingKernelManager.cull_interval=15",
    ]
    Presenter.launch_instance([*arguments, *options])
