"""Simulated adapters and a simulated host, for the demonstration and the tests."""
