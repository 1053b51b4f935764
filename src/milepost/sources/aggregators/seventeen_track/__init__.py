"""17TRACK: tracks of many carriers, told by one service."""
