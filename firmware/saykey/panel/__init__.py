"""The panel: the button's gestures in, the LED and the OLED out. It only looks at the state."""
