"""Office, OpenDocument and RTF."""
