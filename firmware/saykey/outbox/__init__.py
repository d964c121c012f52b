"""Keeps text that may not have been typed, so that it can be restored after a crash."""
