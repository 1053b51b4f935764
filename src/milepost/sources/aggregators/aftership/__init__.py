"""AfterShip: tags and subtags of many carriers, told by one service."""
