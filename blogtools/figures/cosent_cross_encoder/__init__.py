"""The pictures of 9341."""
