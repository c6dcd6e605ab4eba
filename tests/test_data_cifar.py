"""CIFAR-10 from files like those that torchvision and Keras unpack, without unpickling them."""

import struct

import numpy as np
import pytest

from blogtools.data import cifar, cifar10

NAMES = [*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]


def written_by_python_2(pixels, labels):
    """A pickle of protocol 2 as Python 2 writes {"batch_label", "labels", "data", "filenames"}, opcode by opcode."""

    def short(text):
        return b"U" + bytes([len(text)]) + text

    parts = [labels[k : k + 20] for k in range(0, len(labels), 20)]
    listed = b"".join(b"(" + b"".join(b"K" + bytes([label]) for label in part) + b"e" for part in parts)
    raw = pixels.tobytes()
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85q\x09U\x01bq\x0a\x87Rq\x0b"
    array += b"(K\x01M\x10'M\x00\x0c\x86q\x0ccnumpy\ndtype\nq\x0dU\x02u1K\x00K\x01\x87Rq\x0e"
    array += b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    array += b"T" + struct.pack("<i", len(raw)) + raw + b"tb"
    first = short(b"batch_label") + b"q\x01" + short(b"training batch 1 of 5") + b"q\x02"
    middle = short(b"labels") + b"q\x03]q\x04" + listed + short(b"data") + b"q\x05" + array
    last = short(b"filenames") + b"q\x0f]q\x10(" + short(b"frog_s_000004.png") + b"K\x01e"
    return b"\x80\x02}q\x00(" + first + middle + last + b"u."


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The folder of a CIFAR-10 that is two hundred times smaller."""
    monkeypatch.setattr(cifar, "ROWS", 50)
    root = tmp_path / "root"
    root.mkdir()
    (root / cifar.FOLDER).mkdir()
    for k, name in enumerate(NAMES):
        labels = ((np.arange(cifar.ROWS) * 7 + k) % 10).tolist()
        pixels = np.full((cifar.ROWS, cifar.PIXELS), 10 * k, np.uint8)
        pixels[:, :1024], pixels[3, 2049] = 255, 200 + k
        (root / cifar.FOLDER / name).write_bytes(written_by_python_2(pixels, labels))
    return root


def test_all_batches_in_their_order_scaled_and_with_their_labels(root, monkeypatch):
    images = cifar10(root)
    assert images.train.shape == (250, 3072)
    assert images.test.shape == (50, 3072)
    assert images.train.dtype == np.float32
    assert np.allclose(images.train[::50, 1024], np.arange(5) * 10 / 127.5 - 1)
    assert images.train_labels[101] == 9
    assert images.test_labels[:3].tolist() == [5, 2, 9]
    picture = images.pictures(images.test[3])
    assert picture.shape == (32, 32, 3)
    assert np.allclose(picture[5, 7], [1.0, 50 / 255, 50 / 255])
    assert picture[0, 1, 2] == pytest.approx(205 / 255)
    monkeypatch.setattr(cifar, "PLACES", (root / "none", root))
    assert np.array_equal(cifar10().test_labels, images.test_labels)


def test_what_is_not_there_or_not_cifar_is_named(root, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no cifar-10-batches-py in .*unpack cifar-10-python\.tar\.gz"):
        cifar10(tmp_path)
    path = tmp_path / "data_batch_1"
    path.write_bytes(b"\x00 no pickle")
    with pytest.raises(ValueError, match=r"data_batch_1: no file of CIFAR-10"):
        cifar.read_batch(path)
    good = (root / cifar.FOLDER / "test_batch").read_bytes()
    short = written_by_python_2(np.zeros((3, 3072), np.uint8), [1] * 50)
    for damaged, found in (
        (good.replace(b"labels", b"lapels"), "1 blocks of pixels and 0 labels"),
        (short, "0 blocks of pixels and 50 labels"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=found):
            cifar.read_batch(path)
    path.write_bytes(good[: len(good) // 2])
    with pytest.raises(ValueError, match="no file of CIFAR-10"):
        cifar.read_batch(path)
    path.write_bytes(written_by_python_2(np.zeros((2, 3072), np.uint8), [1, 2]))
    with pytest.raises(ValueError, match=r"0 blocks of pixels and 2 labels, expected 1 and 50"):
        cifar.read_batch(path)
