"""What the screens of programme are made of."""
