"""Reports an office sends: a published state in, the bytes of an xlsx or docx out, stamped with where they come from."""

from metrics.reports.make import Kind, Report, kinds, make, template_of
from metrics.reports.settings import Settings, settings_of

__all__ = ["Kind", "Report", "Settings", "kinds", "make", "settings_of", "template_of"]
