"""How the demonstration model was made: text, voices, network, training, export, evaluation.

See docs/demo-model.md for the commands. Nothing here runs on the device.
"""
