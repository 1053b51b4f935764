"""The forecast of an order by its milestones: bought, approved, handed over, delivered."""
