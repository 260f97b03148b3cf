"""Writers: from evidence to a draft answer."""
