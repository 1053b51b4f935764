"""What people and programs see: pages, the JSON API, hooks and health. It changes things only by a door."""
