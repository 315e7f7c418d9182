"""The ladder of reminders and supervision: its rungs, climbing it, and mails to requesters."""
