"""EasyPost: trackers of many carriers, told by one service."""
