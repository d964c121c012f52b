"""Reads datasets: recordings, and what is said in each. One module for each form."""
