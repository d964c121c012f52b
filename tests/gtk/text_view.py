"""A window with a text view, for GTK 3 or 4: ``/usr/bin/python3 text_view.py 4.0``.

It prints a line of JSON when it gets the focus. At each press of F12 it prints a line with the
view's text and clears the view. Keys reach a window in the order they were pressed, so the text is
all that was typed before. It runs under the system's Python: Debian's GTK bindings are for no
other.
"""

import json
import sys

import gi

VERSION = sys.argv[1]
gi.require_version("Gdk", VERSION)
gi.require_version("Gtk", VERSION)

from gi.repository import Gdk, GLib, Gtk  # noqa: E402 - the versions come first


def tell(**facts):
    """Print a line at once."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class TextView:
    """The window."""

    def __init__(self):
        self.window = Gtk.Window(default_width=600, default_height=400)
        self.view = Gtk.TextView()
        self.window.connect("notify::is-active", self.focus_changed)
        if VERSION == "3.0":
            self.window.add(self.view)
            self.window.connect("key-press-event", self.pressed_in_3)
            self.window.show_all()
        else:
            keys = Gtk.EventControllerKey(propagation_phase=Gtk.PropagationPhase.CAPTURE)
            keys.connect("key-pressed", self.pressed_in_4)
            self.window.add_controller(keys)
            self.window.set_child(self.view)
        self.view.grab_focus()
        self.window.present()

    def focus_changed(self, window, _property):
        """Report that the window has the focus."""
        tell(active=window.is_active())

    def pressed_in_3(self, _window, event):
        """Whether the key is F12, and so not for the view."""
        return self.pressed(event.keyval)

    def pressed_in_4(self, _keys, symbol, _code, _modifiers):
        """Whether the key is F12, and so not for the view."""
        return self.pressed(symbol)

    def pressed(self, symbol):
        """Print the text and clear it, if this is F12."""
        if symbol != Gdk.KEY_F12:
            return False
        text = self.view.get_buffer()
        tell(text=text.get_text(text.get_start_iter(), text.get_end_iter(), True))
        text.set_text("")
        return True


SHOWN = TextView()
GLib.MainLoop().run()
