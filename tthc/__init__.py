"""The command line `tthc`: the only place that knows all three rooms."""
