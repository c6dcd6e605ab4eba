"""Whether the two sides of a statement are two: by their form, and by the functions of this project that they run."""

import functools
import sys
import sysconfig
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from blogtools.ledger.values import is_expression

_LIBRARIES = {"numpy", "scipy", "torch", "sklearn"}
_LEDGER = str(Path(__file__).parent)
_PROJECT = str(Path(__file__).parent.parent)
_FOREIGN = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def same_code(one: Any, other: Any) -> bool:
    """Whether two sides are one by their form: equal expressions, or callables around the same function."""
    if one is other:
        return True
    if is_expression(one) and is_expression(other):
        return bool(one == other)
    if not (callable(one) and callable(other)):
        return False
    return bool(_code(one) == _code(other))


def _code(side: Any) -> Any:
    """What a callable runs, in a form that can be compared."""
    while True:
        if isinstance(side, functools.partial):
            side = side.func
        elif hasattr(side, "__wrapped__"):
            side = side.__wrapped__
        elif isinstance(side, MethodType):
            if (side.__func__.__module__ or "").partition(".")[0] in _LIBRARIES:
                return side
            side = side.__func__
        else:
            break
    if isinstance(side, FunctionType):
        cells = tuple(id(cell.cell_contents) for cell in side.__closure__ or ())
        code = side.__code__
        defaults = tuple(map(id, (*(side.__defaults__ or ()), *(side.__kwdefaults__ or {}).values())))
        return (code.co_code, code.co_consts, code.co_names, cells, defaults, side.__module__)
    own = vars(type(side)).get("__call__")
    if isinstance(own, FunctionType) and own.__module__.partition(".")[0] not in _LIBRARIES:
        return type(side)
    return id(side)


class Traced:
    """A side that notes, the first time it is called, which functions of this project gave it a value.

    Functions that return ``None`` (checks of arguments, constructors) are left out, as are libraries and the ledger.
    """

    def __init__(self, side: Any) -> None:
        self.side = side
        self.ran: dict[CodeType, str] = {}
        self._called = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the side."""
        if self._called:
            return self.side(*args, **kwargs)
        self._called, before = True, sys.getprofile()
        sys.setprofile(self._note)
        try:
            return self.side(*args, **kwargs)
        finally:
            sys.setprofile(before)

    def _note(self, frame: FrameType, event: str, value: Any) -> None:
        if event == "return" and value is not None and frame.f_code not in self.ran and _ours(frame.f_code):
            self.ran[frame.f_code] = f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}"


@functools.cache
def _ours(code: CodeType) -> bool:
    file = code.co_filename
    if file.startswith(_PROJECT):
        return not file.startswith(_LEDGER)
    return not file.startswith(("<", *_FOREIGN))


def shared_functions(one: Traced, other: Traced, allowed: Iterable[str]) -> list[str]:
    """Names of the functions that both sides ran and that no pattern of ``allowed`` matches."""
    both = [name for code, name in one.ran.items() if code in other.ran]
    return sorted(name for name in both if not any(fnmatchcase(name, pattern) for pattern in allowed))
