"""The pictures of 9271: one digit is destroyed in several ways, and one sampler brings it back by several rules."""
