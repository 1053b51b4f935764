"""When will it come? A window, what it rests on, and why it changed."""
