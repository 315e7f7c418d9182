"""Personal data of requesters, apart from their cases (身份保管)."""
