"""Pages for people: one file a page; its ROUTES are found by being there."""
