"""The only home of third-party engines, each behind a port."""
