"""What the screens of calendars and time limits are made of."""
