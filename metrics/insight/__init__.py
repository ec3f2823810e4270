"""What to compute beyond a ratio: pure functions from counts to what an office needs to know; nothing reads or writes."""
