"""Quality of quatrains against the number of steps: the five algorithms of 9271 with the networks that ship.

python benchmarks/text_quality.py            # prints Markdown, writes benchmarks/results and the package's copy

Each row is the prosody of stanzas written at temperature 0.7: rhyme of lines 2 and 4, regulated tones, neighbours known
from training, copied lines; beside them the same of real test stanzas and of characters drawn by their frequency. Then
what the networks know of test stanzas, in nats a character. About five minutes of one core.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from blogtools.data import UNKNOWN, Prosody, prosody, random_baseline, stanzas
from blogtools.data.corpus import STANZA
from blogtools.diffusion.text.quatrains import QUALITY_FILE, RULES, nats, write
from blogtools.nets import describe
from blogtools.nets.files import write_whole
from blogtools.progress import progress

RESULTS = Path(__file__).parent / "results" / "text_quality.json"
BUDGETS = (1, 2, 3, 5, 10, 20)
NETS = ("mask-quatrains", "edit-quatrains")
TEMPERATURE = 0.7


def settings() -> list[tuple[str, int]]:
    """Rule and steps of every row; alg5 always takes twenty."""
    return [(rule, steps) for rule in RULES for steps in BUDGETS if not RULES[rule].one or steps == STANZA]


def measure(rule: str, steps: int, n: int) -> dict[str, Any]:
    """One row: ``n`` stanzas from a seed of the setting's own."""
    generator = torch.Generator().manual_seed(100 * steps + list(RULES).index(rule))
    drawn = write(rule, n, steps=steps, temperature=TEMPERATURE, generator=generator)
    return {"rule": rule, "steps": steps, **rounded(prosody(drawn.x.numpy()))}


def rounded(found: Prosody) -> dict[str, Any]:
    """Rates to four digits."""
    return {key: round(value, 4) for key, value in asdict(found).items()}


def known(net: str) -> list[float]:
    """Nats a character on the test stanzas, mean and standard error, by the network's bound."""
    ids = stanzas("test").ids
    whole = torch.from_numpy(ids[(ids != UNKNOWN).all(1)])
    found = nats(whole, net, generator=torch.Generator().manual_seed(0))
    return [round(float(found.mean()), 4), round(float(found.std()) / len(found) ** 0.5, 4)]


def single_characters() -> float:
    """Nats a character of the frequencies of the training stanzas, one count added, on the test stanzas."""
    train, test = (ids[(ids != UNKNOWN).all(1)] for ids in (stanzas("train").ids, stanzas("test").ids))
    count = np.bincount(train.ravel(), minlength=test.max() + 1) + 1.0
    return round(float(-np.log(count[test] / count.sum()).mean()), 4)


def markdown(result: dict[str, Any]) -> str:
    """The result as a table in Markdown."""
    lines = [
        f"{result['stanzas']} stanzas a row, temperature {result['temperature']}; nats a character: "
        + ", ".join(f"{net} {mean:.3f} ± {error:.3f}" for net, (mean, error) in result["nats"].items())
        + f", single characters {result['single_characters']:.3f}",
        "",
        "| rule | steps | rhyme | regulated tones | known pairs | copied lines |",
        "|---|---|---|---|---|---|",
    ]
    for row in [*result["rows"], {"rule": "real"} | result["real"], {"rule": "random"} | result["random"]]:
        rates = " | ".join(f"{100 * row[key]:.1f} %" for key in ("rhymes", "regulated", "known_bigrams", "copies"))
        lines.append(f"| {row['rule']} | {row.get('steps', '')} | {rates} |")
    return "\n".join(lines)


def main() -> None:
    """Measure all rows, print the table, write both copies of the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stanzas", type=int, default=300)
    parser.add_argument("--out", type=Path, help="write here only, instead of the two files of the project")
    options = parser.parse_args()
    torch.set_num_threads(1)
    began = time.perf_counter()
    rows = [measure(rule, steps, options.stanzas) for rule, steps in progress(settings(), label="rows")]
    result = {
        "stanzas": options.stanzas,
        "temperature": TEMPERATURE,
        "weights": {net: describe(net)["sha256"] for net in NETS},
        "rows": rows,
        "real": rounded(prosody(stanzas("test").ids)),
        "random": rounded(random_baseline(20_000, np.random.default_rng(0))),
        "nats": {net: known(net) for net in NETS},
        "single_characters": single_characters(),
        "seconds": round(time.perf_counter() - began),
    }
    print(markdown(result))
    content = (json.dumps(result, indent=1) + "\n").encode()
    for path in (RESULTS, QUALITY_FILE) if options.out is None else (options.out,):
        write_whole(path, content)


if __name__ == "__main__":
    main()
