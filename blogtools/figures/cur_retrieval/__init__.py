"""The pictures of post 9336, one file each; each is found by its name, such as ``"9336.fig1"``."""
