"""Units compared with each other: reads, charts and tables of that page."""
