"""The command line: exit statuses, clear errors, and what `doctor` sees."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from blogtools import doctor
from blogtools.cli import main


def test_wrong_id_is_status_2_and_names_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "9305.eq44"]) == 2
    assert "9305.eq4" in "".join(capsys.readouterr())


def test_wrong_recipe_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "poisson-digit"]) == 2
    assert "poisson-digits" in capsys.readouterr().err


def test_unknown_device_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["train", "poisson-digits", "--device", "abacus", "--out", str(tmp_path)]) == 2
    assert "abacus" in capsys.readouterr().err


def test_lab_wants_the_notebooks_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["lab", "--notebooks", str(tmp_path / "none")]) == 2
    assert "not a folder" in capsys.readouterr().err


def wait_until_it_listens(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def test_lab_listens_on_loopback_and_wants_its_token(tmp_path: Path) -> None:
    settings = {
        name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    command = [sys.executable, "-m", "blogtools.cli", "lab", "--notebooks", str(tmp_path), "--no-browser"]
    lab = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | settings)
    try:
        assert lab.stderr is not None
        address = next(line for line in lab.stderr if "token=" in line).split()[-1]
        assert address.startswith("http://127.0.0.1:")
        contents = address.partition("/lab")[0] + "/api/contents"
        wait_until_it_listens(int(address.split(":")[2].partition("/")[0]))
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(contents)
        assert urllib.request.urlopen(f"{contents}?token={address.partition('token=')[2]}").status == 200
        page = urllib.request.urlopen(address).read().decode()
        assert "apputils-extension:announcements" in page.partition("disabledExtensions")[2].partition("]")[0]
    finally:
        lab.terminate()
        lab.communicate()


def test_verify_one_entry_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "blogtools.cli", "verify", "9305.eq4"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9305.eq4" in done.stdout


def test_doctor_finds_this_installation_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.examine(port=8899) == 0
    lines = capsys.readouterr().out.splitlines()
    subjects = {line[6:].split(":")[0] for line in lines}
    assert {"Python", "packages", "device", "font", "port", "Chromium", "poisson-digits"} <= subjects
    assert not any(line.startswith("WRONG") for line in lines)


def test_doctor_sees_a_package_outside_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.importlib.metadata, "requires", lambda name: ["numpy<1", "no-such-package>=2"])
    findings = list(doctor.package_versions())
    assert [f.subject for f in findings] == ["numpy", "no-such-package"]
    assert all("pip install" in f.remedy and not f.optional for f in findings)


def test_doctor_sees_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"--ServerApp.port={port + 1}" in next(doctor.free_port(port)).remedy
    assert next(doctor.free_port(port)).remedy == ""
    with pytest.raises(ValueError, match="--port = 70000"):
        next(doctor.free_port(70000))


def test_train_hands_on_what_it_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: dict[str, object] = {}
    monkeypatch.setattr("blogtools.recipes.train_recipe", lambda name, **options: told.update(options) or tmp_path)
    assert main(["train", "ddpm-cifar10", "--data", str(tmp_path), "--compile", "--seed", "4"]) == 0
    assert (told["data_root"], told["compiled"], told["seed"]) == (tmp_path, True, 4)
    assert main(["train", "ddpm-cifar10"]) == 0
    assert (told["data_root"], told["compiled"], told["seed"]) == (None, False, None)
    assert str(tmp_path) in capsys.readouterr().out
