"""Seeds: the same one, the same result."""

MAX_SEED = 2**32 - 1


def check_seed(seed: object) -> None:
    """Refuse what is no seed.

    Raises:
        ValueError: it is not a whole number in [0, 2**32 - 1]; NumPy's count too, booleans do not.
    """
    whole = hasattr(seed, "__index__") and not isinstance(seed, bool)
    if not whole or not 0 <= int(seed) <= MAX_SEED:  # type: ignore[call-overload]
        raise ValueError(
            f"A seed is a whole number from 0 to {MAX_SEED:,}; received {repr(seed)[:40]}."
        )
