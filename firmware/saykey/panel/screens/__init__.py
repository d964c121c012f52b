"""The screens of the display, one per file. Each is a pure function, `View -> Screen | None`."""
