"""Keeps the list of decided work and hands it out, each piece to one worker at a time."""
