"""Networks, the one training loop, and the weights that ship."""

from blogtools.nets.device import pick_device
from blogtools.nets.loop import Training, train, warmup_cosine
from blogtools.nets.models import MLP, Classifier, UNet, build, count_parameters
from blogtools.nets.text import CharTransformer
from blogtools.nets.weights import check_weights, describe, load, manifest, save_weights

__all__ = [
    "MLP",
    "CharTransformer",
    "Classifier",
    "Training",
    "UNet",
    "build",
    "check_weights",
    "count_parameters",
    "describe",
    "load",
    "manifest",
    "pick_device",
    "save_weights",
    "train",
    "warmup_cosine",
]
