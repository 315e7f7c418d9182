"""What the screens of requests are made of."""
