"""The sockets in the wall: what the rooms need from outside, said without naming who provides it."""
