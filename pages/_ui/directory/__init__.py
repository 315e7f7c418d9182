"""What the screens of directory are made of."""
