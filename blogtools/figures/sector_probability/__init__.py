"""The live figures of post 9324; ``blogtools.figures.registry`` finds every module here."""
