"""The mathematics of 9305 on the construction: gravity in d dimensions, the prior, the training points."""
