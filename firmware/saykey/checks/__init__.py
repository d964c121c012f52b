"""One check of a whole settings file, for `saykey settings check`, `run` and `doctor`."""
