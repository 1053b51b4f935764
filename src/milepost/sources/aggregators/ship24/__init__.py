"""Ship24: trackings of many carriers, told by one service."""
