"""What the optimisers of this room share: checked arguments, and steps left out when a gradient is not finite."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


class CheckedOptimizer(Optimizer):
    """A ``torch.optim.Optimizer`` whose wrong arguments are errors and whose broken gradients are skipped and counted.

    A subclass says what a group may hold (``check_group``), what shapes its state has (``slot_shapes``), and how one
    list of parameters moves (``update``).

    ``ValueError`` for a parameter that is complex or is there twice, and for a state dict of another model.
    ``RuntimeError`` for a sparse gradient. With a gradient that is not finite (or whose square is not), the whole step
    is left out, as ``GradScaler`` does, and ``skipped`` counts it. The count is in the state dict.
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        super().__init__(params, defaults | {"skipped": 0})

    @property
    def skipped(self) -> int:
        """How many steps were left out because a gradient was not finite."""
        return self.param_groups[0]["skipped"]

    def check_group(self, group: Mapping[str, Any], parameters: list[Tensor]) -> None:
        """``ValueError`` for a hyper-parameter out of range."""
        raise NotImplementedError

    def slot_shapes(self, group: Mapping[str, Any], parameter: Tensor) -> dict[str, torch.Size]:
        """Name and shape of each slot of one parameter."""
        raise NotImplementedError

    def measure(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Something that ``adapt`` wants to know of the gradients, and numbers that are finite if all of them are."""
        largest = torch._foreach_norm(grads, float("inf"))
        return [], list(torch._foreach_mul(largest, largest))

    def adapt(self, group: Mapping[str, Any], params: list[Tensor], measured: list[Tensor]) -> list[Tensor]:
        """What ``update`` wants to know, once no step is left out any more; for all lists before the first moves."""
        return measured

    def update(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor], measured: list[Tensor]
    ) -> None:
        """Move ``params`` in place; all of one device, dtype and number of steps."""
        raise NotImplementedError

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As in ``torch.optim``; ``ValueError`` for what the class says."""
        params = param_group["params"]
        param_group["params"] = [params] if isinstance(params, Tensor) else list(params)
        tensors = [p[1] if isinstance(p, tuple) else p for p in param_group["params"]]
        held = {id(p) for group in self.param_groups for p in group["params"]}
        for parameter in tensors:
            if id(parameter) in held:
                raise ValueError(f"params: the parameter of shape {tuple(parameter.shape)} is there twice")
            held.add(id(parameter))
            if isinstance(parameter, Tensor) and not parameter.is_floating_point():
                raise ValueError(f"params: a parameter of dtype {parameter.dtype}, but all must be real floating point")
        self.check_group(self.defaults | param_group, tensors)
        super().add_param_group(param_group)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As in ``torch.optim``, bit for bit; ``ValueError`` when it comes from another model or optimiser."""
        saved = state_dict["param_groups"]
        if [len(g["params"]) for g in saved] != [len(g["params"]) for g in self.param_groups]:
            raise ValueError(
                f"state_dict has groups of {[len(g['params']) for g in saved]} parameters, "
                f"but this optimiser of {[len(g['params']) for g in self.param_groups]}"
            )
        slots = {}
        for there, here in zip(saved, self.param_groups, strict=True):
            missing = self.defaults.keys() - there.keys()
            if missing:
                raise ValueError(f"state_dict has no {', '.join(sorted(missing))}: it comes from another optimiser")
            for key, parameter in zip(there["params"], here["params"], strict=True):
                state = state_dict["state"].get(key, {})
                expected = {n: tuple(s) for n, s in self.slot_shapes(there, parameter).items()}
                found = {n: tuple(s.shape) for n, s in state.items() if n != "step"}
                if state and found != expected:
                    raise ValueError(f"state_dict holds slots {found} where this model asks for {expected}")
                slots[parameter] = state
        super().load_state_dict(state_dict)
        # The base class rounds slots to the parameter's dtype; here they may be wider than it.
        for parameter, state in slots.items():
            for name in state.keys() - {"step"}:
                self.state[parameter][name] = state[name].detach().clone().to(parameter.device)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; gives back what ``closure`` gives."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        work = self._work()
        if work is None:
            for group in self.param_groups:
                group["skipped"] += 1
        else:
            adapted = [self.adapt(group, params, measured) for group, params, _, measured in work]
            for (group, params, grads, _), factors in zip(work, adapted, strict=True):
                self.update(group, params, grads, factors)
        return loss

    @torch.no_grad()
    def will_skip(self) -> bool:
        """Whether a step with the present gradients would be left out."""
        return self._work() is None

    def _work(self) -> list[tuple[dict[str, Any], list[Tensor], list[Tensor], list[Tensor]]] | None:
        """Group, parameters, gradients and what was measured of them, by lists; None when a gradient is not finite."""
        work = []
        for group in self.param_groups:
            for params, grads in self._lists(group):
                measured, finite_if = self.measure(group, params, grads)
                if not torch.isfinite(torch.stack(finite_if)).all():
                    return None
                work.append((group, params, grads, measured))
        return work

    def _lists(self, group: dict[str, Any]) -> list[tuple[list[Tensor], list[Tensor]]]:
        """The group's parameters with a gradient, in lists of one device, dtype and age; one by one without foreach."""
        lists: dict[Any, tuple[list[Tensor], list[Tensor]]] = {}
        for index, parameter in enumerate(group["params"]):
            if parameter.grad is None or not parameter.numel():
                continue
            if parameter.grad.is_sparse:
                raise RuntimeError(
                    f"{type(self).__name__} takes no sparse gradients (parameter of shape {tuple(parameter.shape)}); "
                    "build the embedding with sparse=False"
                )
            state = self.state[parameter]
            if not state:
                # In half precision a running mean of squares would lose its small terms.
                dtype = torch.promote_types(parameter.dtype, torch.float32)
                state["step"] = torch.zeros((), dtype=torch.float32)
                for name, shape in self.slot_shapes(group, parameter).items():
                    state[name] = torch.zeros(shape, dtype=dtype, device=parameter.device)
            key = index if group["foreach"] is False else (parameter.device, parameter.dtype, state["step"].item())
            params, grads = lists.setdefault(key, ([], []))
            params.append(parameter)
            grads.append(-parameter.grad if group["maximize"] else parameter.grad)
        return list(lists.values())


def slot_bytes(optimizer: Optimizer) -> int:
    """Bytes that ``optimizer`` keeps between steps: all tensors of its state. Before the first step there are none."""
    return sum(
        value.numel() * value.element_size()
        for state in optimizer.state.values()
        for value in state.values()
        if isinstance(value, Tensor)
    )
