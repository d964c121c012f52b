"""The keyboard room: text in, strokes and reports out."""
