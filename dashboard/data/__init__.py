"""What the page of the data is made of: its reads, its tables, the report of one export, the upload, the origin of a count."""
