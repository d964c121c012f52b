"""The transport room: sends reports to a host and reports which ones it accepted."""
