"""Reads, checks, stores and downloads model files."""
