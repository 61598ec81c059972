"""The watcher's process: the one place that makes real objects and starts the loop."""
