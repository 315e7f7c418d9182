"""QS, the working system of a public-service quality supervision office: one chain from standard to figure."""
