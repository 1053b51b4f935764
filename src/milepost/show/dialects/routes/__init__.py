"""The paths of other services, one file a dialect: `ROUTES`, `KEY` (where it stands) and `PROBLEM`."""
