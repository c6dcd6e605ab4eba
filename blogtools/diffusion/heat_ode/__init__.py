"""The mathematics of 9280 on the construction: the heat equation, any drift and its density, attention."""
