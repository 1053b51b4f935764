"""EDIFACT IFTSTA: status messages of carriers outside North America."""
