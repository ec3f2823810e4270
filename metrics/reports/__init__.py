"""Reports an office sends: a published state in, the bytes of an xlsx or docx out, stamped with where they come from."""

from metrics.reports.make import Kind, Report, Settings, kinds, make, template_of

__all__ = ["Kind", "Report", "Settings", "kinds", "make", "template_of"]
