"""The panel: reads the button, and drives the LED and the OLED. It never changes the state."""
