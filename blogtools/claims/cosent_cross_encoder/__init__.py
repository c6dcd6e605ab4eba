"""The claims of 9341, "CoSENT as a loss for cross-encoders", and of what it leans on: one file a section."""

from blogtools.claims.cosent_cross_encoder import experiment, inner, labels, loss, tables, thresholds

_PARTS = (loss, labels, thresholds, inner, tables, experiment)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
