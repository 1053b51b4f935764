"""Shippo: tracks of many carriers, told by one service."""
