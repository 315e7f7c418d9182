"""Hot topics: what people write about, what is new, mass requests, and the problem of the month."""
