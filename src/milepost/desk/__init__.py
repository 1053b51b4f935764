"""Door 3, a person did something: looked up an order, connected a shop, switched a notice, signed in."""
