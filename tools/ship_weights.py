"""Take weights that ``blogtools train NAME`` made into the package: copy, measure, write the manifest's entry.

blogtools train poisson-digits
python tools/ship_weights.py runs/poisson-digits/poisson-digits.safetensors
"""

import argparse
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from blogtools.data import UNKNOWN, couplet_pairs, next_lines, prosody, random_baseline, stanzas
from blogtools.diffusion.samples.generate import generate, restore
from blogtools.diffusion.samples.quality import digits_judge, spread
from blogtools.diffusion.text.quatrains import nats, write
from blogtools.nets import load
from blogtools.nets.files import write_whole
from blogtools.nets.weights import FOLDER, read_header
from blogtools.recipes import process_of, recipe
from blogtools.similarity import BiEncoder, CrossEncoder, auc, spearman
from blogtools.similarity.characters import Characters

EVALUATIONS = 17
REPETITIONS = 10


def measure_classifier(model: Any) -> dict[str, Any]:
    """Accuracy on the test images."""
    images = digits_judge().images
    guess = model(torch.from_numpy(images.test)).argmax(1).numpy()
    return {"test_accuracy": round(float((guess == images.test_labels).mean()), 4)}


def measure_predictor(model: Any, described: dict[str, Any]) -> dict[str, Any]:
    """All measures of quality at 17 evaluations, mean and deviation over fresh noises.

    By Heun (ρ = 7) with a clock per sample for Poisson flow and heat; else in even steps of the sampler without fresh
    noise, which is DDIM for hot and the improved sampling for cold diffusion.
    """
    judge = digits_judge()
    data, rows = torch.from_numpy(judge.images.train), []
    for seed in range(REPETITIONS):
        generator = torch.Generator().manual_seed(seed)
        if "D" in described:
            drawn = generate(model, judge.size, 64, **described, steps=(EVALUATIONS + 1) // 2, generator=generator)
        else:
            drawn = restore(model, process_of(described), data, judge.size, steps=EVALUATIONS, generator=generator)
        rows.append(dataclasses.asdict(judge.judge(drawn.x)))
    figures = {
        key: [round(spread([row[key] for row in rows]).mean, 4), round(spread([r[key] for r in rows]).sd, 4)]
        for key in rows[0]
    }
    floor, gaussian = judge.floor(), judge.gaussian()
    return {
        "evaluations": EVALUATIONS,
        "samples": judge.size,
        "repetitions": REPETITIONS,
        **figures,
        "floor": [round(floor.mean, 4), round(floor.sd, 4)],
        "fitted_gaussian": [round(gaussian.mean, 4), round(gaussian.sd, 4)],
    }


def measure_encoder(model: Any) -> dict[str, Any]:
    """Spearman and AUC on 9,000 graded test pairs; for 100 lines, how often the next is first, or in ten, of 3,000."""
    encoder: CrossEncoder | BiEncoder = (CrossEncoder if model.length == 11 else BiEncoder)(Characters(model))
    rng = np.random.default_rng(9341)
    pairs, lines = couplet_pairs("test", 9000, rng), next_lines("test", 100, 3000, rng)
    scores, matrix = encoder.predict(pairs), encoder.matrix(lines.queries, lines.items)
    better = (matrix > matrix[np.arange(100), lines.gold][:, None]).sum(1)
    found = {
        "spearman": spearman(scores, pairs.label),
        **{f"auc_{high}v{low}": auc(scores, pairs.label, low, high) for low, high in ((0, 2), (1, 2), (0, 1))},
        "hit_at_1_of_3000": (better < 1).mean(),
        "hit_at_10_of_3000": (better < 10).mean(),
    }
    return {key: round(float(value), 4) for key, value in found.items()}


def measure_writer(name: str) -> dict[str, Any]:
    """Nats a character on the test stanzas, and the prosody of 200 stanzas by twenty improved steps, T = 0.7.

    Beside it that of real test stanzas, and of characters drawn by their frequency.
    """
    ids = stanzas("test").ids
    whole = torch.from_numpy(ids[(ids != UNKNOWN).all(1)])
    generator = torch.Generator().manual_seed(0)
    found = nats(whole, name, generator=generator)
    drawn = write("alg4" if name.startswith("mask") else "alg2", 200, generator=generator)
    rows = {
        "written": prosody(drawn.x.numpy()),
        "real": prosody(ids),
        "random": random_baseline(5000, np.random.default_rng(0)),
    }
    return {
        "nats_a_character": [round(float(found.mean()), 4), round(float(found.std()) / len(found) ** 0.5, 4)],
        **{key: {k: round(v, 4) for k, v in dataclasses.asdict(row).items()} for key, row in rows.items()},
    }


def main() -> None:
    """Copy the file and write its entry; the manifest and the file are each replaced as a whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    torch.set_num_threads(1)
    path = parser.parse_args().weights
    content = path.read_bytes()
    header = read_header(content, path)
    about = header["about"]
    name = about["recipe"]
    entry = {
        "file": f"{name}.safetensors",
        "what": recipe(name).what,
        "command": f"blogtools train {name}",
        "seed": about["seed"],
        "iterations": about["iterations"],
        "data": recipe(name).data,
        "process": about["process"],
        "architecture": header["architecture"],
        "sha256": hashlib.sha256(content).hexdigest(),
        "torch": torch.__version__.partition("+")[0],
        "numpy": np.__version__,
    }
    manifest_path = FOLDER / "manifest.json"
    entries = json.loads(manifest_path.read_text(encoding="utf-8")) if manifest_path.exists() else {}

    def write() -> None:
        write_whole(manifest_path, (json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode())

    write_whole(FOLDER / f"{name}.safetensors", content)
    entries[name] = entry
    write()
    model, process = load(name), recipe(name).process
    if recipe(name).data == "couplet_pairs":
        entry["figures"] = measure_encoder(model)
    elif recipe(name).data == "stanzas":
        entry["figures"] = measure_writer(name)
    else:
        entry["figures"] = measure_predictor(model, process) if process else measure_classifier(model)
    write()
    print(f"{name}: {entry['sha256']}\n{json.dumps(entry['figures'], indent=1)}")


if __name__ == "__main__":
    main()
