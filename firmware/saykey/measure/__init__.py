"""Models measured on this machine: speed, padding, and whether they find the end of a phrase."""
