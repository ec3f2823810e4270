"""What the page of targets reads and shows: the register in force, its steps, what changes next, figures entered by hand."""
