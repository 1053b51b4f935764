"""The learned layer: small trees, trained with LightGBM, kept as plain arrays, answered by numpy alone."""
