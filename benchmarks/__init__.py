"""Speed and quality, side by side with simpler ways of doing the same. Run as ``python -m benchmarks.NAME``."""
