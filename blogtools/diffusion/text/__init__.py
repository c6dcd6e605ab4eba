"""9271 on text: networks as predictors, exact laws on small alphabets, learned codes, poems."""
