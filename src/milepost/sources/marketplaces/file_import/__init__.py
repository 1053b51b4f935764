"""Orders from a file: for parcels whose orders no marketplace tells us of."""
