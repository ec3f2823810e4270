"""Exports come in, dossiers and statistics without personal data go out (archive, warehouse)."""
