"""Eight posts of Scientific Spaces as notebooks one can drag, and the mathematics under them as a package.

``import blogtools`` loads no torch; each room (``blogtools.diffusion``, ``blogtools.ledger``, …) imports what it needs.
"""

__version__ = "0.1.0"
