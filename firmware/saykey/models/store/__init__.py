"""The models of this device: their files, cards, catalogue and memory needs."""
