"""The settings: their schema, checks and texts."""
