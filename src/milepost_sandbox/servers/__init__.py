"""Small real servers that answer as TikTok Shop and the four carriers do."""
