"""What the page of alerts reads, shows and keeps: what fires, who knows, what was told."""
