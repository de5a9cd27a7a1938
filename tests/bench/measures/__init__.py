"""One module per benchmark: `measure(bench)` returns its keys, `tables(figures)` shows them."""
