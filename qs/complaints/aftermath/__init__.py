"""What stands beside the straight line of a request: reviews, duplicates, exclusions, spam."""
