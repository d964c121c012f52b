"""The keyboard room: turns edits into strokes and reports."""
