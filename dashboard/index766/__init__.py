"""What the page of the 766 index reads and shows."""
