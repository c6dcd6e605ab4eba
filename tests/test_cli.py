"""The command line: exit statuses, clear errors, and what `doctor` sees."""

import socket
import subprocess
import sys
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
