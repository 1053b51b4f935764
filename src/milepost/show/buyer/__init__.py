"""What a buyer may see of an order, and how it is said."""
