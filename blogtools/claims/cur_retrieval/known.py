"""The embedded scores as an index, and its test queries in parts."""

import functools
from typing import Any

import numpy as np

from blogtools.data.couplet_scores import couplet_scores
from blogtools.similarity import BiEncoder, CURIndex

PARTS = range(10)
"""The hundred test queries in parts of ten: over ten parts an interval is shorter than over five of twenty."""


@functools.cache
def index(over_encoder: bool, **settings: Any) -> CURIndex:
    """Of all items and anchor queries; ``over_encoder``, on what the bi-encoder leaves over."""
    known = couplet_scores()
    if settings:
        return index(over_encoder).with_settings(**settings)
    encoder = BiEncoder.load("bi-couplets").encode if over_encoder else None
    return CURIndex(known.look_up, known.items, known.anchor_queries, encoder=encoder, scores=known.anchor_scores)


def queries(part: int) -> list[str]:
    """Ten of the hundred test queries."""
    return list(couplet_scores().queries[10 * part : 10 * part + 10])


def truth(part: int) -> np.ndarray:
    """Their scores [10, 3000]."""
    return couplet_scores().query_scores[10 * part : 10 * part + 10]
