"""Trainings on Tang quatrains: the network that fills masks and the one that finds edits (9271, alg1-alg5)."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from blogtools.data import LEVEL, OBLIQUE, UNKNOWN, character_vectors, stanzas, tones, vocabulary
from blogtools.data.corpus import SPECIAL, STANZA, VOCABULARY_SIZE, stored
from blogtools.nets.text import CharTransformer
from blogtools.recipes.definition import Recipe
from blogtools.recipes.process import EDIT, MASKED, process_of

RHYME_WIDTH, TONE_WIDTH = 24, 4
"""So many of the first coordinates of a character know its rhyme groups and its tone."""


def whole_stanzas(root: str | Path | None) -> Tensor:
    """The training stanzas (n, 20) in which every character has an id."""
    ids = stanzas("train").ids
    return torch.from_numpy(ids[(ids != UNKNOWN).all(1)])


def vectors(width: int) -> np.ndarray:
    """What a character is to a poet, (vocabulary, width): its neighbours, its rhyme groups, its tone.

    Groups come as random directions, so that characters which rhyme lie near one another. Each of the three parts has
    the same mean square a coordinate.
    """
    groups = str(stored()["rhymes"]).split("|")
    place = {character: SPECIAL + number for number, character in enumerate(vocabulary().characters)}
    member = np.zeros((VOCABULARY_SIZE, len(groups)))
    for group, members in enumerate(groups):
        member[[place[character] for character in members if character in place], group] = 1.0
    directions = np.random.default_rng(9271).normal(size=(len(groups), RHYME_WIDTH))
    every = np.resize(np.arange(SPECIAL, VOCABULARY_SIZE), (-(-VOCABULARY_SIZE // STANZA), STANZA))
    tone = np.zeros(VOCABULARY_SIZE, dtype=np.int64)
    tone[every.ravel()] = tones(every).ravel()
    sides = np.stack([np.where(tone == LEVEL, 1.0, np.where(tone == OBLIQUE, -1.0, 0.0))] * TONE_WIDTH, 1)
    parts = [member @ directions, sides, character_vectors(width - RHYME_WIDTH - TONE_WIDTH)]
    return np.concatenate([part / np.sqrt(np.square(part[part.any(1)]).mean()) for part in parts], 1)


def beginning(architecture: dict[str, Any]) -> Any:
    """The network that begins with these vectors."""
    sizes = {key: value for key, value in architecture.items() if key != "kind"}
    return CharTransformer(**sizes, embeddings=vectors(architecture["width"]))


def filling(model: Any, x0: Tensor, generator: torch.Generator) -> Tensor:
    """Cross-entropy of the masked characters, nats each; how many are masked is uniform on 1 … l."""
    process = process_of(MASKED)
    t = torch.randint(1, x0.shape[-1] + 1, x0.shape[:-1], generator=generator, device=x0.device)
    x = process.forward(x0, process.noise(x0, generator), t)
    hidden = x == MASKED["mask"]
    return functional.cross_entropy(model.head(model.hidden(x)[hidden]), x0[hidden])


def finding(model: Any, x0: Tensor, generator: torch.Generator) -> Tensor:
    """Cross-entropy of all characters, nats each; how many are replaced, the network is told: uniform on 1 … l."""
    process = process_of(EDIT)
    t = torch.randint(1, x0.shape[-1] + 1, x0.shape[:-1], generator=generator, device=x0.device)
    x = process.forward(x0, process.noise(x0, generator), t)
    return functional.cross_entropy(model(x, t).flatten(0, -2), x0.flatten())


SMALL: dict[str, Any] = {
    "kind": "CharTransformer",
    "vocabulary": VOCABULARY_SIZE,
    "length": STANZA,
    "width": 112,
    "depth": 3,
    "heads": 4,
    "outputs": None,
    "times": 0,
}
LARGE = {**SMALL, "width": 384, "depth": 8, "heads": 6}

RECIPES: dict[str, Recipe] = {
    "mask-quatrains": Recipe(
        what="characters of a Tang quatrain from those that are not masked",
        data="stanzas",
        rows=whole_stanzas,
        architecture=SMALL,
        loss=filling,
        iterations=6000,
        minutes=12.0,
        batch_size=64,
        seed=9271,
        process=MASKED,
        begin=beginning,
    ),
    "edit-quatrains": Recipe(
        what="characters of a Tang quatrain from one in which t characters were replaced by others",
        data="stanzas",
        rows=whole_stanzas,
        architecture={**SMALL, "times": STANZA + 1},
        loss=finding,
        iterations=3000,
        minutes=8.0,
        batch_size=64,
        seed=9271,
        process=EDIT,
        begin=beginning,
    ),
    "mask-quatrains-large": Recipe(
        what="characters of a Tang quatrain from those that are not masked; a preset for a GPU",
        data="stanzas",
        rows=whole_stanzas,
        architecture=LARGE,
        loss=filling,
        iterations=30_000,
        minutes=20.0,
        batch_size=256,
        lr=5e-4,
        ema=0.9995,
        seed=9271,
        device="cuda",
        process=MASKED,
        begin=beginning,
    ),
}
