"""Needs a package index, so it is not among the benchmarks that `make bench` runs."""
