"""The whole ledger, every mutant, at a fresh seed: the test that a wrong formula anywhere turns red."""

import json
import os
import re
from pathlib import Path

from blogtools.ledger import entries, expected_counts, verify
from blogtools.posts import POSTS

SPECIFIED = {
    "9271": {"eq": 18, "claim": 9, "alg": 5},
    "9280": {"eq": 20, "claim": 4},
    "9291": {"claim": 7, "fig": 4},
    "9305": {"eq": 12, "claim": 9, "fig": 6},
    "9324": {"eq": 13, "claim": 4, "fig": 1},
    "9336": {"eq": 4, "claim": 6, "fig": 2},
    "9341": {"eq": 2, "claim": 6, "table": 2},
    "9344": {"eq": 29, "claim": 8},
}
"""How many equations, claims and figures each finished post displays; their ids run from 1."""


def test_everything_specified_is_registered_and_placed_in_a_notebook() -> None:
    known = {entry.id: entry for entry in entries()}
    for post, kinds in SPECIFIED.items():
        for kind, number in kinds.items():
            for index in range(1, number + 1):
                assert f"{post}.{kind}{index}" in known
    assert {identifier.split(".")[0] for identifier in known} <= {post.id for post in POSTS}


COMMANDS = """
    Big Bigl Bigr Delta Leftrightarrow Pr Rightarrow Vert alpha approx bar begin beta big bigcap bigcup bigl bigr binom
    boldsymbol cap cdot cdots chi cos dagger dot dots end epsilon eta exp frac ge gg hat iff in infty int kappa lVert
    lambda langle le left lim ln log longrightarrow lvert mathbb mathcal mathrm max mid middle min mu nabla neq notin
    omega operatorname overset partial perp phi pi prod propto qquad quad rVert rangle rho right rvert sigma sim sqrt
    subset succeq sum tanh tau tbinom text texttt tfrac theta tilde times to top varepsilon
"""
"""What entries may use; a command that ran into the next letter is not among them."""


def test_formulas_use_commands_that_exist() -> None:
    for entry in entries():
        assert set(re.findall(r"\\([A-Za-z]+)", entry.latex)) <= set(COMMANDS.split()), entry.id
        assert entry.latex.isprintable(), f"{entry.id}: a backslash outside a raw string"
        assert entry.latex.count("{") == entry.latex.count("}"), entry.id


def test_all_holds_and_every_mutant_dies(tmp_path: Path) -> None:
    seed = "random" if os.environ.get("CI") else 0
    report = tmp_path / "report.json"
    assert verify(mutants=True, jobs=2, seed=seed, json_path=report) == 0
    verdicts = [(entry["id"].split(".")[0], entry["verdict"]) for entry in json.loads(report.read_text())["entries"]]
    for post in {post for post, _ in verdicts}:
        expected = {verdict: number for verdict, number in expected_counts(post).items() if number}
        found = {v: verdicts.count((post, v)) for p, v in set(verdicts) if p == post}
        assert found == expected
