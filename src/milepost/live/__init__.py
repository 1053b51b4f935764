"""How news gets to open pages and idle workers: in this process, and over a bus to other nodes."""
