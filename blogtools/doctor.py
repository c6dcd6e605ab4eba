"""``blogtools doctor``: one line for each thing that the notebooks need, and the command that mends what is wrong."""

import importlib.metadata
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from packaging.requirements import Requirement


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it stands, and, where it stands badly, what mends it."""

    subject: str
    state: str
    remedy: str = ""
    """A command or an instruction; empty when nothing is wrong."""
    optional: bool = False
    """The notebooks work without it."""

    @property
    def line(self) -> str:
        """The finding as one line of the report."""
        if not self.remedy:
            return f"ok    {self.subject}: {self.state}"
        return f"{'note ' if self.optional else 'WRONG'} {self.subject}: {self.state} -> {self.remedy}"


INSTALL = f"{sys.executable} -m pip install -r requirements.lock"


def python_version() -> Iterator[Finding]:
    """3.11 or later."""
    version = ".".join(map(str, sys.version_info[:3]))
    remedy = "" if sys.version_info >= (3, 11) else "rm -rf .venv && make lab PYTHON=python3.11"
    yield Finding("Python", version, remedy)


def package_versions() -> Iterator[Finding]:
    """Every distribution that blogtools requires, against its tested range."""
    wrong = 0
    requirements = [Requirement(text) for text in importlib.metadata.requires("blogtools") or []]
    for requirement in requirements:
        optional = requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong += not optional
            yield Finding(requirement.name, f"not installed (wanted {requirement.specifier})", INSTALL, optional)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong += not optional
            yield Finding(
                requirement.name, f"{version} is outside the tested range {requirement.specifier}", INSTALL, optional
            )
    if not wrong:
        yield Finding("packages", f"{len(requirements)} within their tested ranges")


def device() -> Iterator[Finding]:
    """What torch computes on, and with how many threads."""
    import torch

    name = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "CPU"
    threads, cores = torch.get_num_threads(), os.cpu_count() or 1
    state = f"{name}, torch {torch.__version__}, {threads} thread{'s' * (threads != 1)} on {cores} cores"
    yield Finding("device", state, "export OMP_NUM_THREADS=1" if threads > 2 else "", optional=True)


def fonts() -> Iterator[Finding]:
    """Whether Chinese prints in a figure."""
    from blogtools.live.style import register_font

    try:
        yield Finding("font", f"{register_font()} prints 万有引力")
    except (OSError, RuntimeError, ValueError) as error:
        yield Finding("font", str(error), "git checkout -- blogtools/live/fonts")


def data_and_weights() -> Iterator[Finding]:
    """Every shipped data set and network, by its hash."""
    from blogtools.data import check_embedded
    from blogtools.nets import check_weights

    for check, folder in ((check_embedded, "blogtools/data"), (check_weights, "blogtools/nets/weights")):
        for name, problem in check().items():
            yield Finding(name, problem or "present, hash as recorded", f"git checkout -- {folder}" if problem else "")


def free_port(port: int) -> Iterator[Finding]:
    """Whether JupyterLab's usual port is free on loopback."""
    if not 0 < port < 65536:
        raise ValueError(f"--port = {port} is not allowed; a port lies between 1 and 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            other = f"blogtools lab --ServerApp.port={port + 1}"
            yield Finding("port", f"{port} is taken; JupyterLab will look for the next free one", other, optional=True)
            return
    yield Finding("port", f"{port} is free")


def chromium_path() -> str | None:
    """The Chromium that the browser tests drive: ``BLOGTOOLS_CHROMIUM`` or the first one on the path."""
    names = [os.environ.get("BLOGTOOLS_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


def chromium() -> Iterator[Finding]:
    """Chromium, which only the browser tests need."""
    path = chromium_path()
    yield Finding(
        "Chromium", path or "none found; only the browser tests need it", "" if path else "make chromium", optional=True
    )


def examine(port: int = 8888) -> int:
    """Print one line for each finding; 1 when something that the notebooks need is wrong, else 0."""
    checks: list[Callable[[], Iterator[Finding]]] = [
        python_version,
        package_versions,
        device,
        fonts,
        data_and_weights,
        partial(free_port, port),
        chromium,
    ]
    status = 0
    for check in checks:
        try:
            findings = list(check())
        except ImportError as error:
            missing = re.sub(r"\s+", " ", str(error))
            findings = [Finding(getattr(check, "__name__", "check"), missing, INSTALL)]
        for finding in findings:
            print(finding.line)
            status |= bool(finding.remedy) and not finding.optional
    return int(status)
