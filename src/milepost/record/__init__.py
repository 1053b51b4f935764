"""The book of facts: what is new is appended, and each parcel's journey is derived from all of it."""
