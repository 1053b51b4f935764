"""Changes of the tables, one file each, never edited once a release has them."""
