"""How fast it is, ours beside the stock way: each script measures and writes its figures."""
