"""Who is protected, and how: requesters, their words and data, whistle-blowers, people who keep out (回避)."""
