"""The claims of the posts, one file a topic; whoever adds a file with a list ``ENTRIES`` has added its claims."""

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogtools.ledger import Entry


def entries() -> "list[Entry]":
    """The entries of every file in this folder, file by file."""
    found: list[Entry] = []
    for info in pkgutil.iter_modules(__path__):
        found.extend(importlib.import_module(f"{__name__}.{info.name}").ENTRIES)
    return found
