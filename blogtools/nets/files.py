"""Files that are either whole or not there."""

import os
from pathlib import Path


def refuse_existing(path: Path, how_to_allow: str) -> None:
    """``FileExistsError`` when something is at ``path``: nobody's file is overwritten unasked."""
    if path.exists():
        raise FileExistsError(f"{path} exists and is left as it is; {how_to_allow}")


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step: a full disk or a crash leaves what was there before, never half a file.

    Raises ``OSError`` naming the path when it cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(
            error.errno, f"could not save {path} ({error.strerror}); what was there before is untouched"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
