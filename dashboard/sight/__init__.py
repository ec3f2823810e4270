"""What a headline card says beyond today: evidence, projection, gap, usual variation, what changed."""
