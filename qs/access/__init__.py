"""People, their roles and scopes, sign-in, web sessions and API keys."""
