"""The command ``blogtools``: ``verify``, ``lab``, ``present``, ``train`` and ``doctor``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from blogtools import __version__


def _seed(text: str) -> int | str:
    return text if text == "random" else int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="blogtools", description="Verify, read and run eight posts of Scientific Spaces."
    )
    parser.add_argument("--version", action="version", version=f"blogtools {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    verify = commands.add_parser("verify", help="check every equation, claim and figure, and say what holds")
    verify.add_argument("ids", nargs="*", metavar="ID", help="entries such as 9305.eq4; all when none is given")
    verify.add_argument("--post", help="only the entries of this post, such as 9305")
    verify.add_argument(
        "--kind", help="only entries of this kind: identity, limit, order, law, algorithm, table, figure, experiment"
    )
    verify.add_argument("--jobs", type=int, default=1, help="worker processes (default 1)")
    verify.add_argument("--seed", type=_seed, default=0, help="a number, or 'random' for a fresh one (default 0)")
    verify.add_argument(
        "--mutants", action="store_true", help="also break every statement on purpose and see the check refute it"
    )
    verify.add_argument("--json", type=Path, metavar="FILE", help="write the report as JSON")
    verify.add_argument("--html", type=Path, metavar="FILE", help="write the report as a page")

    lab = commands.add_parser("lab", help="open JupyterLab on the notebooks, on loopback; other options go to it")
    lab.add_argument("--notebooks", type=Path, default=Path("notebooks"), help="the folder to open (default notebooks)")

    present = commands.add_parser(
        "present", help="show notebooks without their code, figures alive, in large type; other options go to Voila"
    )
    present.add_argument(
        "notebook",
        nargs="?",
        metavar="NOTEBOOK",
        help="such as 04, poisson_flow or 9305; their list when none is given",
    )
    present.add_argument("--notebooks", type=Path, default=Path("notebooks"), help="their folder (default notebooks)")

    train = commands.add_parser("train", help="train a network that the notebooks use")
    train.add_argument("recipe", help="such as poisson-digits; a wrong name lists them all")
    train.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")
    train.add_argument("--out", type=Path, help="folder for weights and checkpoints (default runs/RECIPE)")
    train.add_argument("--seed", type=int, help="seed instead of the recipe's own")
    train.add_argument("--iterations", type=int, help="iterations instead of the recipe's own")
    train.add_argument("--resume", type=Path, help="the folder of an earlier run, to go on from its checkpoint")
    train.add_argument("--data", type=Path, help="a folder with all of MNIST or CIFAR-10, for the presets for a GPU")
    train.add_argument("--compile", action="store_true", help="compile the network first: quicker steps, after a wait")

    doctor = commands.add_parser(
        "doctor", help="say what is wrong with this installation, and the command that mends it"
    )
    doctor.add_argument("--port", type=int, default=8888, help="the port JupyterLab would take (default 8888)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status (2 for a wrong argument)."""
    parser = _parser()
    options, extra = parser.parse_known_args(arguments)
    if extra and options.command not in ("lab", "present"):
        parser.error(f"unrecognized arguments: {' '.join(extra)}")
    # Two contended cores run torch several times slower with two threads than with one.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        return _run(options, extra)
    except (ValueError, FileExistsError) as error:
        print(f"blogtools {options.command}: {error}", file=sys.stderr)
        return 2
    except (OSError, FloatingPointError) as error:
        print(f"blogtools {options.command}: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, extra: Sequence[str]) -> int:
    if options.command == "verify":
        from blogtools.ledger import verify

        return verify(
            options.ids,
            post=options.post,
            kind=options.kind,
            jobs=options.jobs,
            seed=options.seed,
            mutants=options.mutants,
            json_path=options.json,
            html_path=options.html,
        )
    if options.command == "lab":
        return _lab(_folder(options.notebooks), extra)
    if options.command == "present":
        from blogtools.present import present

        present(options.notebook, _folder(options.notebooks), extra)
        return 0
    if options.command == "train":
        from blogtools.recipes import train_recipe

        path = train_recipe(
            options.recipe,
            device=options.device,
            out=options.out,
            seed=options.seed,
            iterations=options.iterations,
            resume=options.resume,
            data_root=options.data,
            compiled=options.compile,
        )
        print(path)
        return 0
    from blogtools.doctor import examine

    return examine(port=options.port)


def _folder(notebooks: Path) -> Path:
    if not notebooks.is_dir():
        raise ValueError(f"--notebooks = {str(notebooks)!r} is not a folder; run this where the notebooks/ folder is")
    return notebooks


def _lab(notebooks: Path, extra: Sequence[str]) -> int:
    from blogtools.present import TEMPLATE, add_settings

    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={notebooks.resolve()}",
    ]
    # Lab asks its maker for news at start-up; nothing here needs the network.
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]
    # Voila's button in Lab shows the page of `blogtools present`; its own would ask for icons elsewhere.
    add_settings()
    command.append(f"--VoilaConfiguration.template={TEMPLATE}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    os.execv(sys.executable, [*command, *extra])


if __name__ == "__main__":
    sys.exit(main())
