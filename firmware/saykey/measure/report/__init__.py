"""Writes the results of an evaluation as tables, pictures, Markdown, HTML and JSON."""
