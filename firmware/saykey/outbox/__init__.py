"""Text that is not surely typed, kept where a daemon that crashed finds it again."""
