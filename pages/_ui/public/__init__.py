"""What the screens of the public pages are made of."""
