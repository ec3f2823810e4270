"""The sources: one module for each system that an export comes from."""
