"""Model files changed at random, and the real library that must survive what the checks let by."""
