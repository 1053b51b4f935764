"""What the seller's and support's pages are made of: who may see, what is known, and the words for it."""
