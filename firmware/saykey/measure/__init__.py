"""Measures models on this machine: speed, padding, and whether they stop at a phrase's end."""
