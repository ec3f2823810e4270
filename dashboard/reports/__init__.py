"""The page of the reports: which there are, of what they can be made, one of them made and shown as it will be printed."""
