"""The parts of the page of open dossiers."""
