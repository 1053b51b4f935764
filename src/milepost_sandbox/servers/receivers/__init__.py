"""Those who are told: a subscriber of webhooks and an SMS provider, who check what they get by themselves."""
