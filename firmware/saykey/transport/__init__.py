"""The transport room: reports to a host, and word of what it accepted."""
