"""TikTok Shop: its orders, packages, pushes and what it knows of scans."""
