"""What a tracking sentence says when there is no code: status, reason and place, read from its words."""
