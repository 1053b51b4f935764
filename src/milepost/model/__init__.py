"""The words of the trade: values that travel between the rooms, and nothing that acts."""
