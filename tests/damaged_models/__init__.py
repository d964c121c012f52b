"""Model files changed at random. The real library must survive all that the checks accept."""
