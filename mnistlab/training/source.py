"""Where the digits come from: a path that the user names, or Keras' own download."""

from pathlib import Path

import keras

from mnistlab.data.digits import DataError, Digits, read_digits


def find_digits(data: Path | None, *, any_digits: bool = False) -> Digits:
    """Read `data`, or let Keras download MNIST once into its cache.

    Raises:
        DataError: neither can be had; the sentence says what to do.
    """
    if data is not None:
        return read_digits(data, any_digits=any_digits)
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # whatever the network, the disk or the checksum had to say
        raise DataError(
            "MNIST could not be downloaded. Pass --data with an .npz file (x_train, y_train, "
            "x_test, y_test) or a folder of the four IDX files."
        ) from error
    return Digits.from_uint8(
        {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    )
