"""The control socket: commands in, status out. It only looks at the state."""
