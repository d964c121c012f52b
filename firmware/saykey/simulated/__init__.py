"""A desk and a host that stand for the real ones in the demonstration and the tests."""
