"""The stories: readable text files, one a situation, from which the world makes its orders."""
