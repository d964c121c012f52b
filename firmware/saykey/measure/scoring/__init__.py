"""Scores texts against what was said: errors, their kinds, and differences between models."""
