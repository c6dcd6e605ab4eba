"""Quatrains by the five algorithms of 9271, with the networks that ship: settings of the one sampler."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from blogtools.data import MASK, PADDING
from blogtools.data.corpus import SPECIAL, STANZA, VOCABULARY_SIZE
from blogtools.diffusion.check import require_choice, require_whole
from blogtools.diffusion.edit import Edit
from blogtools.diffusion.mask import Mask
from blogtools.diffusion.sampler import Sampled, sample
from blogtools.diffusion.text.predict import Fill, Rewrite, edit_bound, mask_bound, speaking
from blogtools.nets import load

QUALITY_FILE = Path(__file__).parent / "text_quality.json"


@dataclass(frozen=True)
class Rule:
    """One of the algorithms: the network, whether all noise is new (eq3) or none (eq4), and how x̂_0 is drawn."""

    title: str
    net: str
    fresh: float
    exactly: bool = False
    one: bool = False


RULES = {
    "alg1": Rule("edit, baseline", "edit-quatrains", 1.0),
    "alg2": Rule("edit, improved", "edit-quatrains", 0.0, exactly=True),
    "alg3": Rule("mask, baseline", "mask-quatrains", 1.0),
    "alg4": Rule("mask, improved", "mask-quatrains", 0.0),
    "alg5": Rule("mask, merged", "mask-quatrains", 0.0, one=True),
}


@lru_cache(maxsize=4)
def network(name: str) -> Any:
    """The network that ships under this name, kept."""
    return load(name)


def write(
    rule: str,
    n: int = 1,
    *,
    steps: int = STANZA,
    temperature: float = 0.7,
    given: Tensor | None = None,
    generator: torch.Generator | None = None,
    keep_path: bool = False,
    model: Callable[..., Tensor] | None = None,
) -> Sampled:
    """``n`` stanzas of ids [n, 20] by ``rule`` (a key of ``RULES``) in ``steps`` steps, the logits over a temperature.

    ``given`` [20] holds characters that stay, and ``PADDING`` (0) where the network is to write; there are never more
    steps than places to write, and alg5 takes just as many. ``model`` replaces the network that ships; the ids are on
    its device or, without it, on the CPU. ``ValueError`` for an unknown rule, steps < 1, n < 1, or a ``given`` that is
    no row of 20 characters, or leaves nothing to write.
    """
    require_choice("rule", rule, RULES)
    require_whole("n", n)
    require_whole("steps", steps)
    setting = RULES[rule]
    row = torch.full((STANZA,), PADDING) if given is None else given
    known = row != PADDING
    if row.shape != (STANZA,) or known.all() or (row[known] < SPECIAL).any() or (row >= VOCABULARY_SIZE).any():
        raise ValueError("given must hold 20 ids of characters, 0 where the network is to write, at least once")
    net = network(setting.net) if model is None else model
    logits, places = speaking(net, SPECIAL), int((~known).sum())
    times = torch.linspace(places, 0, (places if setting.one else min(steps, places)) + 1).round().long()
    process: Mask | Edit
    predict: Fill | Rewrite
    if setting.net.startswith("mask"):
        process = Mask(MASK, ~known)
        predict = Fill(logits, MASK, temperature, setting.one, generator)
        begin = torch.full((n, STANZA), MASK)
    else:
        process = Edit(VOCABULARY_SIZE - SPECIAL, first=SPECIAL, free=~known)
        predict = Rewrite(logits, temperature, setting.exactly, ~known, generator)
        begin = torch.randint(SPECIAL, VOCABULARY_SIZE, (n, STANZA), generator=generator)
    start = torch.where(known, row, begin)
    return sample(predict, process, start, times, fresh=setting.fresh, generator=generator, keep_path=keep_path)


def quality() -> dict[str, Any]:
    """What ``benchmarks/text_quality.py`` measured: prosody against steps for each rule, with real and random rows."""
    return json.loads(QUALITY_FILE.read_text(encoding="utf-8"))


@torch.no_grad()
def nats(ids: Tensor, net: str, *, generator: torch.Generator | None = None, rows: int = 256) -> Tensor:
    """One draw of the bound of ``net`` (the name of a network that ships) for each stanza [n, 20], nats a character.

    Their mean is at least the mean of −log p/20 under alg4 or alg2 at temperature 1 in twenty steps.
    """
    logits, found = speaking(network(net), SPECIAL), []
    for part in ids.split(rows):
        t = torch.randint(1, STANZA + 1, (len(part),), generator=generator)
        if net.startswith("mask"):
            found.append(mask_bound(logits, Mask(MASK), part, t, generator))
        else:
            found.append(edit_bound(logits, Edit(VOCABULARY_SIZE - SPECIAL, first=SPECIAL), part, t, generator))
    return torch.cat(found) / STANZA
