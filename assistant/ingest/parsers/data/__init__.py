"""JSON and notebooks."""
