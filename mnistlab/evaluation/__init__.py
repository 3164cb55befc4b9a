"""What is measured: each figure a pure function of arrays, with the paper it comes from."""
