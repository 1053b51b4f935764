"""An Australia Post to try against: Track Items."""
