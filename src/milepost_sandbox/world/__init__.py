"""The made-up world: places, routes, parcels, orders and what happens to them."""
