"""Finds what is wrong with the machine: reads facts once, and computes findings from them."""
