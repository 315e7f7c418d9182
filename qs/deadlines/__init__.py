"""Working-day calendars, time limits and due dates with their trace (时限)."""
