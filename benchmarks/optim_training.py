"""Training recipes beside tuned baselines: AdamW, LAMB and AdaFactor with a cosine, Amos, the post's recipes.

    python benchmarks/optim_training.py digits      # a classifier of the 8×8 digits
    python benchmarks/optim_training.py poems       # a transformer that fills in masked characters of Tang stanzas
    python benchmarks/optim_training.py summary     # the tables as Markdown, and the package's copy

The tasks are small, so that all runs take minutes of one core. Every method has eight settings, compared by the loss on
validation data at the end of a run with a seed that is used for nothing else; the best is then run with the seeds of
the report, on which test loss, steps to a loss and the rescaling of one layer by 100 are measured, and the assumptions
of the derivation for the methods of PROBED. Each run is stored when it ends, so that a broken-off benchmark goes on.
Intervals are 95 % by Student's t over the seeds; a difference to AdamW with a cosine is paired by seed.
"""

import argparse
import itertools
import json
import math
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import stats
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, AdamW
from torch.optim.lr_scheduler import LambdaLR

from blogtools.data import digits
from blogtools.data.corpus import MASK, VOCABULARY_SIZE, character_vectors, stanzas
from blogtools.nets import CharTransformer, warmup_cosine
from blogtools.nets.files import write_whole
from blogtools.optim import LAMB, AdaFactor, Amos, AssumptionProbe, Lion, Scale, recipe, scales_for
from blogtools.optim.results import FOLDER

RESULTS = Path(__file__).parent / "results"
STEPS = {"digits": 300, "poems": 200}
SEEDS = range(5)
TUNING = range(100, 101)
LOOK = 20
SLACK = {"digits": 1.1, "poems": 1.02}
"""The loss to be reached is this times the last one of BASE."""
BASE = "AdamW, cosine"
PROBED = (BASE, "AdamW, recipe 1", "Amos, momentum")
PROBED_SEEDS = 2
MAIN = 6
"""So many methods are tried on the poems; all of them on the digits."""
VARIANTS = ("as it is", "initial weights × 100", "parameter / 100")
Pair = tuple[torch.optim.Optimizer, Any]


class Rescaled(nn.Linear):
    """A linear layer whose weight is ``scale`` times its parameter."""

    scale = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        return functional.linear(x, self.scale * self.weight, self.bias)


class Digits:
    """800 digits to train on, 200 to compare settings, 797 to report."""

    variants = VARIANTS

    def __init__(self) -> None:
        data = digits()
        x, labels = torch.from_numpy(data.train), torch.from_numpy(data.train_labels)
        self.train = (x[:800], labels[:800])
        self.held = {
            "validation": (x[800:], labels[800:]),
            "test": (torch.from_numpy(data.test), torch.from_numpy(data.test_labels)),
        }

    def model(self, variant: str) -> nn.Module:
        """Two hidden layers of 128; the one that is rescaled is normalised behind, so its scale changes no output."""
        middle = Rescaled(128, 128, bias=False)
        with torch.no_grad():
            if variant == "parameter / 100":
                middle.weight /= 100
                middle.scale = 100.0
            elif variant == "initial weights × 100":
                middle.weight *= 100
        return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), middle, nn.LayerNorm(128), nn.ReLU(), nn.Linear(128, 10))

    def groups(self, model: nn.Module) -> list[dict[str, Any]]:
        """By kind."""
        return scales_for(model)

    def batch(self, generator: torch.Generator) -> Any:
        """64 at random, with noise."""
        rows = torch.randint(800, (64,), generator=generator)
        x = self.train[0][rows]
        return x + 0.3 * torch.randn(x.shape, generator=generator), self.train[1][rows]

    def loss(self, model: nn.Module, batch: Any) -> Tensor:
        """Cross-entropy."""
        return functional.cross_entropy(model(batch[0]), batch[1])


class Poems:
    """Stanzas of 20 characters, four of them hidden; 256 stanzas to compare settings, 512 to report."""

    variants = (VARIANTS[0], VARIANTS[2])
    """Behind its layers stands no norm, so larger initial weights would be another network."""

    def __init__(self) -> None:
        self.ids = torch.from_numpy(stanzas("train").ids)
        self.held = {}
        for split, rows in (("validation", 256), ("test", 512)):
            ids = torch.from_numpy(stanzas(split).ids[:rows])
            self.held[split] = self._hide(ids, torch.Generator().manual_seed(0))

    def model(self, variant: str) -> nn.Module:
        """One block of width 32; vectors of characters begin with who stands beside whom."""
        model = CharTransformer(VOCABULARY_SIZE, 20, width=32, depth=1, embeddings=character_vectors(32))
        if variant == "parameter / 100":
            block: Any = model.blocks[0]
            plain, block.widen = block.widen, Rescaled(32, 128)
            block.widen.load_state_dict(plain.state_dict())
            with torch.no_grad():
                block.widen.weight /= 100
            block.widen.scale = 100.0
        return model

    def groups(self, model: nn.Module) -> list[dict[str, Any]]:
        """By kind, with the two parameters that belong to no layer."""
        return scales_for(model, {"places": math.sqrt(2 / 32), "bias": Scale(0.5, 0.5, kind="bias")})

    def batch(self, generator: torch.Generator) -> Any:
        """16 at random."""
        return self._hide(self.ids[torch.randint(len(self.ids), (16,), generator=generator)], generator)

    def loss(self, model: nn.Module, batch: Any) -> Tensor:
        """Cross-entropy of the hidden characters."""
        seen, hidden, true = batch
        states = model.hidden(seen)  # type: ignore[operator]
        return functional.cross_entropy(model.head(states[hidden]), true)  # type: ignore[operator]

    def _hide(self, ids: Tensor, generator: torch.Generator) -> Any:
        hidden = torch.rand(ids.shape, generator=generator).argsort(1) < 4
        return ids.masked_fill(hidden, MASK), hidden, ids[hidden]


@cache
def task_of(name: str) -> Any:
    """The data of a task, read once."""
    return {"digits": Digits, "poems": Poems}[name]()


def cosine(optimizer: torch.optim.Optimizer, steps: int) -> Pair:
    """With a warm-up of 5 % and half a cosine."""
    return optimizer, LambdaLR(optimizer, warmup_cosine(steps, max(1, steps // 20)))


def by_recipe(optimizer_class: Any, decay: str, alphas: tuple[float, ...], **settings: Any) -> tuple[Any, Any]:
    """Maker and grid of a recipe: α_0 and the half-life as a part of the run."""

    def make(groups: Any, steps: int, alpha0: float, half: float) -> Pair:
        return recipe(optimizer_class, alpha0, half * steps, decay, **settings)(groups)

    return make, list(itertools.product(alphas, (0.4, 0.1)))


ALPHAS = (0.01, 0.02, 0.04, 0.08)
METHODS: dict[str, tuple[Callable[..., Pair], list[tuple[float, ...]]]] = {
    BASE: (
        lambda groups, steps, lr, decay: cosine(AdamW(groups, lr=lr, weight_decay=decay, fused=True), steps),
        list(itertools.product((1e-3, 3e-3, 6e-3, 1.2e-2), (0.01, 0.1))),
    ),
    "Amos, momentum": (
        lambda groups, steps, lr, beta: (Amos(groups, lr=lr, beta=beta, momentum=0.9), None),
        list(itertools.product((0.01, 0.03, 0.06, 0.12), (0.98, 0.999))),
    ),
    "AdamW, recipe 1": by_recipe(AdamW, "inverse-square", ALPHAS, fused=True),
    "AdamW, recipe 2": by_recipe(AdamW, "inverse-time", ALPHAS, fused=True),
    "LAMB, cosine": (
        lambda groups, steps, lr, decay: cosine(LAMB(groups, lr=lr, weight_decay=decay), steps),
        list(itertools.product((0.01, 0.03, 0.06, 0.12), (0.01, 0.1))),
    ),
    "AdaFactor, cosine": (
        lambda groups, steps, lr, decay: cosine(AdaFactor(groups, lr=lr, weight_decay=decay), steps),
        list(itertools.product((0.01, 0.03, 0.06, 0.12), (0.0, 0.01))),
    ),
    "Amos": (
        lambda groups, steps, lr, beta: (Amos(groups, lr=lr, beta=beta), None),
        list(itertools.product((0.01, 0.03, 0.06, 0.12), (0.98, 0.999))),
    ),
    "AdamW, recipe 1, measured": by_recipe(AdamW, "inverse-square", ALPHAS, normaliser="measured", fused=True),
    "AdamW, recipe 1, no decay": by_recipe(AdamW, "inverse-square", ALPHAS, weight_decay=False, fused=True),
    "Lion, recipe 2": by_recipe(Lion, "inverse-time", (0.005, 0.01, 0.02, 0.04)),
    "SGD with momentum, recipe 1, measured": by_recipe(
        SGD, "inverse-square", ALPHAS, normaliser="measured", momentum=0.9
    ),
}


def run(task: str, method: str, setting: tuple[float, ...], seed: int, split: str, variant: str) -> dict[str, Any]:
    """One training: the loss on ``split`` at every LOOK-th step and at the end (None where it is not finite)."""
    work, steps = task_of(task), STEPS[task]
    torch.manual_seed(seed)
    model = work.model(variant)
    optimizer, schedule = METHODS[method][0](work.groups(model), steps, *setting)
    generator = torch.Generator().manual_seed(seed)
    curve = []
    for step in range(steps):
        loss = work.loss(model, work.batch(generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        if (step + 1) % LOOK == 0:
            with torch.no_grad():
                value = float(work.loss(model, work.held[split]))
            curve.append(round(value, 5) if math.isfinite(value) else None)
    return {"curve": curve, "last": curve[-1]}


class Store:
    """Results of runs by name, written as they come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = json.loads(path.read_text()) if path.exists() else {"runs": {}, "assumptions": {}}

    def get(self, kind: str, name: str, compute: Callable[[], Any]) -> Any:
        """What is stored, or else what ``compute`` gives, now stored."""
        if name not in self.content[kind]:
            self.content[kind][name] = compute()
            write_whole(self.path, (json.dumps(self.content, indent=0, ensure_ascii=False) + "\n").encode())
        return self.content[kind][name]


def report_name(variant: str, method: str, setting: tuple[float, ...], seed: int) -> str:
    """The name under which a run of the report is stored."""
    return f"{variant} | {method} | {setting} | {seed}"


def tuning_name(method: str, setting: tuple[float, ...], seed: int) -> str:
    """The name under which a run that compares settings is stored."""
    return f"tuning | {method} | {setting} | {seed}"


def tune(store: Store, task: str, method: str) -> tuple[float, ...]:
    """Run what is missing of the tuning, and give the best setting."""
    for setting, seed in itertools.product(METHODS[method][1], TUNING):
        work = partial(run, task, method, setting, seed, "validation", VARIANTS[0])
        store.get("runs", tuning_name(method, setting, seed), work)
    return best_setting(store, method)[0]


def best_setting(store: Store, method: str) -> tuple[tuple[float, ...], int]:
    """The setting with the lowest mean validation loss over the tuning seeds, and how many were tried."""
    scores = {}
    for setting in METHODS[method][1]:
        found = [store.content["runs"].get(tuning_name(method, setting, seed)) for seed in TUNING]
        if all(found):
            scores[setting] = float(np.mean([math.inf if f["last"] is None else f["last"] for f in found]))
    return min(scores, key=lambda s: scores[s], default=()), len(scores)


def assumptions(task: str, method: str, setting: tuple[float, ...], seed: int) -> dict[str, Any]:
    """What the probe sees in one run, towards its own end and that of a run from the same start on other batches."""
    work, steps = task_of(task), STEPS[task]
    probes = []
    for order in (seed, seed + 1000):
        torch.manual_seed(seed)
        model = work.model(VARIANTS[0])
        optimizer, schedule = METHODS[method][0](work.groups(model), steps, *setting)
        generator = torch.Generator().manual_seed(order)
        with AssumptionProbe(optimizer, every=steps // 20) as probe:
            for _ in range(steps):
                loss = work.loss(model, work.batch(generator))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if schedule is not None:
                    schedule.step()
        probes.append(probe)
    views = {"own": probes[0].against(), "other": probes[0].against(probes[1].parameters())}
    found: dict[str, Any] = {"steps": views["own"].steps.tolist(), "kinds": list(views["own"].kinds)}
    found["size"] = views["own"].size.tolist()
    for view, record in views.items():
        names = ("cosine", "q", "distance", "rms_u", "goal_norm", "cos_start_goal", "null", "null_deviation")
        found[view] = {name: _plain(getattr(record, name)) for name in names}
    return found


def probed(store: Store, method: str) -> list[Any]:
    """The assumptions stored for a method at its best setting, by seed."""
    setting, _ = best_setting(store, method)
    names = [report_name(VARIANTS[0], method, setting, seed) for seed in range(PROBED_SEEDS)]
    return [store.content["assumptions"][name] for name in names if name in store.content["assumptions"]]


def _plain(values: np.ndarray) -> Any:
    return [_plain(v) if isinstance(v, np.ndarray) else (None if np.isnan(v) else float(f"{v:.4g}")) for v in values]


def measure(task: str) -> None:
    """All runs of one task."""
    store = Store(RESULTS / f"optim_training_{task}.json")
    methods = list(METHODS)[:MAIN] if task == "poems" else list(METHODS)
    for variant, method in itertools.product(task_of(task).variants, methods):
        setting = tune(store, task, method)
        for seed in SEEDS:
            name = report_name(variant, method, setting, seed)
            store.get("runs", name, partial(run, task, method, setting, seed, "test", variant))
        print(task, variant, method, setting, flush=True)
    for method, seed in itertools.product(PROBED, range(PROBED_SEEDS)):
        setting = tune(store, task, method)
        name = report_name(VARIANTS[0], method, setting, seed)
        store.get("assumptions", name, partial(assumptions, task, method, setting, seed))


def interval(values: list[float]) -> list[float]:
    """Mean and half width of the 95 % interval."""
    x = np.array(values)
    half = stats.t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return [float(f"{x.mean():.5g}"), float(f"{half:.3g}")]


def summary() -> dict[str, Any]:
    """Tables, mean curves and assumptions of the tasks that have been measured."""
    tasks: dict[str, Any] = {}
    for task in STEPS:
        store = Store(RESULTS / f"optim_training_{task}.json")
        if not store.content["runs"]:
            continue
        runs = store.content["runs"]
        chosen, _ = best_setting(store, BASE)
        base = [runs[report_name(VARIANTS[0], BASE, chosen, seed)] for seed in SEEDS]
        goal = round(SLACK[task] * float(np.mean([r["last"] for r in base])), 4)
        methods = {}
        for method in METHODS:
            if not any(name.startswith(f"{VARIANTS[0]} | {method} | ") for name in runs):
                continue
            setting, tried = best_setting(store, method)
            names = [report_name(VARIANTS[0], method, setting, seed) for seed in SEEDS]
            if not all(name in runs for name in names):
                continue
            report = [runs[name] for name in names]
            row: dict[str, Any] = {"setting": list(setting), "settings_tried": tried}
            row["loss"] = interval([r["last"] for r in report])
            row["against_base"] = interval([r["last"] - b["last"] for r, b in zip(report, base, strict=True)])
            reached = [
                [LOOK * (k + 1) for k, v in enumerate(r["curve"]) if v is not None and v <= goal] for r in report
            ]
            row["reached"] = sum(bool(s) for s in reached)
            row["steps"] = interval([s[0] for s in reached]) if all(reached) else None
            row["curves"] = [[v if v is None else round(v, 4) for v in r["curve"]] for r in report]
            row["rescaled"] = {}
            for variant in VARIANTS:
                names = [report_name(variant, method, setting, seed) for seed in SEEDS]
                if all(name in runs for name in names):
                    last = [runs[name]["last"] for name in names]
                    row["rescaled"][variant] = None if None in last else interval([x for x in last if x is not None])
            methods[method] = row
        tasks[task] = {
            "goal": goal,
            "steps": STEPS[task],
            "look": LOOK,
            "seeds": len(SEEDS),
            "tuning_seeds": len(TUNING),
            "methods": methods,
            "assumptions": {m: found for m in PROBED if (found := probed(store, m))},
        }
    return {"base": BASE, "tasks": tasks}


def show(found: dict[str, Any]) -> None:
    """The tables as Markdown."""

    def text(pair: list[float] | None) -> str:
        return "-" if pair is None else f"{pair[0]:.4g} ± {pair[1]:.2g}"

    for task, content in found["tasks"].items():
        print(
            f"\n{task}: {content['seeds']} seeds, {content['steps']} steps, test loss {content['goal']} to be reached\n"
        )
        print(f"| method | setting | test loss | minus {BASE} | reached | steps | " + " | ".join(VARIANTS[1:]) + " |")
        print("|---" * (6 + len(VARIANTS[1:])) + "|")
        for method, row in content["methods"].items():
            scaled = " | ".join(text(row["rescaled"].get(v)) for v in VARIANTS[1:])
            cells = (text(row["loss"]), text(row["against_base"]), f"{row['reached']}/{content['seeds']}")
            print(f"| {method} | {row['setting']} | {' | '.join(cells)} | {text(row['steps'])} | {scaled} |")


def main() -> None:
    """Measure one task, or sum up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=(*STEPS, "summary"))
    what = parser.parse_args().what
    torch.set_num_threads(1)
    if what == "summary":
        found = summary()
        write_whole(FOLDER / "training.json", (json.dumps(found, indent=0, ensure_ascii=False) + "\n").encode())
        show(found)
    else:
        measure(what)


if __name__ == "__main__":
    main()
