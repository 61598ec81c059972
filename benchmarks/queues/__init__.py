"""Merge queues side by side: a stream of requests, published policies, an executor."""
