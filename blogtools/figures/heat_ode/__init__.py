"""The pictures of 9280: a density melts, and points carry it there and back."""
