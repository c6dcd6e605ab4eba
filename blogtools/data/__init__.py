"""Data sets that ship with the package, and loaders for what is already on disk. Nothing here asks the network.

``digits()``, ``mnist()`` and ``cifar10()`` give :class:`Images`; :mod:`blogtools.data.toys` draws seeded points.
``stanzas()``, ``couplet_pairs()`` and ``next_lines()`` give Tang poems as ids of ``vocabulary()``; ``prosody()`` judges
stanzas by rhyme and tones; ``load_pairs()`` reads STS-B and its like.
"""

from blogtools.data import toys
from blogtools.data.anthology import Poem, famous
from blogtools.data.cifar import cifar10
from blogtools.data.corpus import (
    MASK,
    PADDING,
    SEPARATOR,
    UNKNOWN,
    NextLines,
    Pairs,
    Stanzas,
    Vocabulary,
    character_vectors,
    couplet_pairs,
    next_lines,
    poems,
    stanzas,
    vocabulary,
)
from blogtools.data.images import Images, check_embedded, digits, digits_quality, mnist
from blogtools.data.pairs import SentencePairs, load_pairs
from blogtools.data.verse import (
    EITHER,
    LEVEL,
    NO_TONE,
    OBLIQUE,
    Prosody,
    adhesion,
    copies,
    known_bigrams,
    prosody,
    random_baseline,
    regulated,
    rhymes,
    tones,
)

__all__ = [
    "EITHER",
    "LEVEL",
    "MASK",
    "NO_TONE",
    "OBLIQUE",
    "PADDING",
    "SEPARATOR",
    "UNKNOWN",
    "Images",
    "NextLines",
    "Pairs",
    "Poem",
    "Prosody",
    "SentencePairs",
    "Stanzas",
    "Vocabulary",
    "adhesion",
    "character_vectors",
    "check_embedded",
    "cifar10",
    "copies",
    "couplet_pairs",
    "digits",
    "digits_quality",
    "famous",
    "known_bigrams",
    "load_pairs",
    "mnist",
    "next_lines",
    "poems",
    "prosody",
    "random_baseline",
    "regulated",
    "rhymes",
    "stanzas",
    "tones",
    "toys",
    "vocabulary",
]
