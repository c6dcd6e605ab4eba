"""The live figures of post 9305; ``blogtools.figures.registry`` finds every module here."""
