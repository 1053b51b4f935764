"""One folder per carrier; the folder is the registration."""
