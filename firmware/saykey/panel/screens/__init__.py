"""The screens of the display, one a file: each is pure, `View -> Screen | None`."""
