"""The control socket: takes requests and sends the status. It never changes the state itself."""
