"""How a rate moves over time: reads, charts and tables of that page."""
