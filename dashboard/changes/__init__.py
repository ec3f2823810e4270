"""Why a rate moved between two periods: reads, charts and tables of that page."""
