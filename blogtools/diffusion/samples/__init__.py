"""Samples from a predictor in one call, and how good they are."""
