"""Measures how the device hears human voices, and writes docs/hearing.md from it.

All but the 60 held-out prompts of one speaker were heard in training, without their transcripts.
So half of the material, chosen by name, is looked at to set a limit. Figures are reported on the
other half, and on voices that training never met.
"""
