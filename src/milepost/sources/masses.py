"""Weights as carriers write them, in grams."""

GRAMS = {"KG": 1000.0, "KGS": 1000.0, "G": 1.0, "LB": 453.59237, "LBS": 453.59237, "OZ": 28.349523125}
WEIGHT_G_MAX = 100_000_000


def grams(value: str, unit: str) -> int | None:
    """Whole grams, or None when the value or the unit cannot be read."""
    factor = GRAMS.get(unit.strip().upper())
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        return None
    if factor is None or not 0 < number * factor <= WEIGHT_G_MAX:
        return None
    return round(number * factor)
