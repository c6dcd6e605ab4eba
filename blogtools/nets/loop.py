"""The one training loop: progress bar, EMA, gradient clipping, bf16 on GPUs, exact resume, Ctrl-C without loss."""

import copy
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from blogtools.nets.checkpoint import random_state, read_checkpoint, restore, write_checkpoint
from blogtools.nets.device import pick_device
from blogtools.nets.files import refuse_existing
from blogtools.nets.ranks import Ranks
from blogtools.progress import progress

Batch = Any
LOOK_EVERY = 50


@dataclass
class Training:
    """What :func:`train` gives back.

    ``model`` holds the averaged (EMA) weights, on the CPU and in evaluation mode; ``raw`` the last iterate; ``losses``
    one number an iteration; ``interrupted`` says that Ctrl-C ended it before its budget was spent.
    """

    model: Any
    raw: Any
    iterations: int
    losses: Tensor
    interrupted: bool
    seconds: float


def warmup_cosine(iterations: int, warmup: int) -> Callable[[int], float]:
    """Factor of the learning rate at each iteration: a linear rise over ``warmup``, then half a cosine to zero."""

    def factor(iteration: int) -> float:
        rest = (iteration - warmup) / max(1, iterations - warmup)
        return (iteration + 1) / warmup if iteration < warmup else 0.5 * (1.0 + math.cos(math.pi * rest))

    return factor


def train(
    model: nn.Module,
    loss: Callable[[Any, Batch, torch.Generator], Tensor],
    data: Tensor | tuple[Tensor, ...] | Callable[[torch.Generator], Batch],
    *,
    iterations: int,
    batch_size: int = 128,
    lr: float = 2e-3,
    schedule: Callable[[int], float] | None = None,
    optimizer: Callable[[Any], torch.optim.Optimizer] | None = None,
    ema: float = 0.999,
    clip: float = 1.0,
    seed: int = 0,
    device: str = "auto",
    channels_last: bool = False,
    compiled: bool = False,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 1000,
    resume: bool = False,
    label: str = "training",
) -> Training:
    """Minimise ``loss(model, batch, generator)``, a scalar, over ``iterations`` steps; the model is trained in place.

    ``data`` is a tensor (n, …) or several with equal n, from which ``batch_size`` rows are drawn with replacement, or a
    function ``generator -> batch``. ``loss`` is handed the model and a generator, both on the device (on a GPU inside
    bf16 autocast); what it draws from the generator, and what dropout draws, is reproduced by ``seed``.

    ``optimizer`` maps the parameters to a ``torch.optim.Optimizer`` (default AdamW at ``lr``); its learning rates are
    multiplied by ``schedule(iteration)`` (default: 2 % warm-up, then a cosine to zero). Gradients are clipped to the
    norm ``clip``. The averaged weights follow with decay min(``ema``, (1+k)/(10+k)). ``compiled`` hands the loss
    ``torch.compile(model)``, which takes a minute and a C++ compiler and then makes quicker steps.

    Begun by torchrun, several processes train together, on a GPU each or on the CPU: each draws ``batch_size``/number
    rows (a function its own batch) with a seed of its own, gradients and running statistics are averaged, and the first
    alone writes and shows a bar. ``losses`` are those of the own rows.

    With ``checkpoint`` the whole state is written there every ``checkpoint_every`` iterations, at the end and on
    Ctrl-C, always as a whole file. ``resume=True`` goes on from it: on the CPU, with the same number of threads,
    bitwise as if there had been no break. Ctrl-C ends the training after the current iteration and is not raised again;
    several processes agree on it every 50 iterations, and heed SIGTERM too.

    Raises ``ValueError`` for an unknown device, an empty data set, a budget below one, a batch that cannot be shared
    out, or a checkpoint of another run; ``FileExistsError`` when ``checkpoint`` exists and ``resume`` is not asked for;
    ``FloatingPointError`` when the loss is no longer finite (the last checkpoint is kept).
    """
    if iterations < 1 or batch_size < 1:
        raise ValueError(f"iterations={iterations}, batch_size={batch_size}: expected integers of at least 1")
    if checkpoint is None and resume:
        raise ValueError("resume=True: expected the path of a checkpoint in `checkpoint`")
    us = Ranks(pick_device(device))
    target = us.device
    path = Path(checkpoint) if checkpoint is not None else None
    if path is not None and not resume:
        refuse_existing(path, "pass resume=True to go on from it, or another path")
    settings = {"iterations": iterations, "batch_size": batch_size, "lr": lr, "ema": ema, "clip": clip, "seed": seed}
    settings["ranks"] = us.number

    model.to(target)
    if channels_last:
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model.train()
    draw = _batches(data, us.share(batch_size), target)
    make = optimizer if optimizer is not None else lambda p: torch.optim.AdamW(p, lr=lr, weight_decay=1e-4)
    engine = make(model.parameters())
    base_rates = [group["lr"] for group in engine.param_groups]
    factor = schedule if schedule is not None else warmup_cosine(iterations, max(1, iterations // 50))
    asked = torch.compile(model) if compiled else model
    losses = torch.zeros(iterations, device=target)
    generator = torch.Generator(target)

    forked = torch.random.fork_rng(devices=[target] if target.type == "cuda" else [])
    us.meet()
    with forked, _deferred_interrupt(us.number > 1) as stop:
        torch.manual_seed(us.seed(seed))
        generator.manual_seed(us.seed(seed))
        us.same(list(model.state_dict().values()))
        average = {name: value.detach().clone() for name, value in model.state_dict().items()}
        moved = [buffer for buffer in model.buffers() if buffer.is_floating_point()]
        first, halted = 0, False
        if path is not None and resume:
            tensors, header = read_checkpoint(path)
            _same_settings(path, header["settings"], settings)
            tensors |= {name: us.own(state) for name, state in tensors.items() if name.startswith("random.")}
            average = restore(tensors, header, model, engine, generator)
            first = header["iteration"]
            losses[:first] = tensors["losses"].to(target)
        follow = _follower(average, model)
        done, began = first, time.perf_counter()
        before = random_state(generator)

        def save() -> None:
            if path is not None:
                random = {name: us.gather(state) for name, state in before.items()}
                if us.index == 0:
                    write_checkpoint(path, model, average, engine, random, losses, done, settings)

        bar = progress(total=iterations, label=label, initial=first)
        bar.disable = bar.disable or us.index > 0
        try:
            while done < iterations and not halted:
                buffers_before = [buffer.clone() for buffer in model.buffers()]
                for group, rate in zip(engine.param_groups, base_rates, strict=True):
                    group["lr"] = rate * factor(done)
                with torch.autocast("cuda", torch.bfloat16, enabled=target.type == "cuda"):
                    value = loss(asked, draw(generator), generator)
                engine.zero_grad(set_to_none=True)
                value.backward()
                us.average([p.grad for p in model.parameters() if p.grad is not None] + moved)
                nn.utils.clip_grad_norm_(model.parameters(), clip)
                engine.step()
                follow(min(ema, (1 + done) / (10 + done)))
                losses[done] = value.detach()
                done += 1
                before = random_state(generator)
                bar.update()
                if done % LOOK_EVERY == 0 or done == iterations or done % checkpoint_every == 0:
                    _stop_unless_finite(losses[max(0, done - LOOK_EVERY) : done], done)
                    bar.set_postfix(loss=f"{losses[max(0, done - LOOK_EVERY) : done].mean().item():.4g}", refresh=False)
                if done % checkpoint_every == 0 and done < iterations:
                    save()
                if us.number == 1 or done % LOOK_EVERY == 0:
                    halted = us.any(stop.is_set())
        except KeyboardInterrupt:
            if stop.is_set() or us.number > 1:
                raise
            # Raised by the loss itself: an unfinished forward pass may have moved running statistics.
            for buffer, value_before in zip(model.buffers(), buffers_before, strict=True):
                buffer.copy_(value_before)
        finally:
            bar.close()
        _stop_unless_finite(losses[:done], done)
        save()

    averaged = copy.deepcopy(model)
    averaged.load_state_dict(average)
    seconds = time.perf_counter() - began
    return Training(averaged.cpu().eval(), model.cpu().eval(), done, losses[:done].cpu(), done < iterations, seconds)


def _batches(
    data: Tensor | tuple[Tensor, ...] | Callable[[torch.Generator], Batch], batch_size: int, device: torch.device
) -> Callable[[torch.Generator], Batch]:
    if callable(data) and not isinstance(data, Tensor):
        return data
    parts = tuple(p.to(device) for p in ((data,) if isinstance(data, Tensor) else data))
    sizes = {len(p) for p in parts}
    if len(sizes) != 1 or sizes == {0}:
        raise ValueError(f"data: tensors with {[len(p) for p in parts]} rows, expected equal numbers of at least 1")

    def draw(generator: torch.Generator) -> Batch:
        rows = torch.randint(len(parts[0]), (batch_size,), generator=generator, device=device)
        return parts[0][rows] if isinstance(data, Tensor) else tuple(p[rows] for p in parts)

    return draw


def _follower(average: dict[str, Tensor], model: nn.Module) -> Callable[[float], None]:
    """A function that moves the averaged weights towards the current ones; what is not floating point is copied."""
    current = model.state_dict()
    moving = [name for name, value in current.items() if value.is_floating_point()]
    targets, sources = [average[n] for n in moving], [current[n] for n in moving]

    @torch.no_grad()
    def follow(decay: float) -> None:
        torch._foreach_lerp_(targets, sources, 1.0 - decay)
        for name in current.keys() - set(moving):
            average[name].copy_(current[name])

    return follow


def _stop_unless_finite(losses: Tensor, iteration: int) -> None:
    if not torch.isfinite(losses).all():
        raise FloatingPointError(f"the loss is no longer finite within the {LOOK_EVERY} iterations before {iteration}")


def _same_settings(path: Path, stored: dict[str, Any], asked: dict[str, Any]) -> None:
    stored = {"ranks": 1} | stored
    different = [f"{k}={asked[k]!r} (there {stored.get(k)!r})" for k in asked if stored.get(k) != asked[k]]
    if different:
        raise ValueError(f"resume: {path} comes from another run: {', '.join(different)}")


@contextmanager
def _deferred_interrupt(together: bool) -> Iterator[threading.Event]:
    """The first Ctrl-C sets the event, so that no iteration is left half done; a second one interrupts at once.

    Processes that train ``together`` are told to end by SIGTERM too, which torchrun adds to Ctrl-C.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    heeded = (signal.SIGINT, signal.SIGTERM) if together else (signal.SIGINT,)
    earlier = {number: signal.getsignal(number) or signal.SIG_DFL for number in heeded}

    def note(number: int, frame: Any) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    for number in heeded:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
