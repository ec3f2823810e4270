"""Procedures that make or break a rate: reads, charts and tables of that page."""
