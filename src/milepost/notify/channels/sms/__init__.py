"""Text messages to phones, through a provider with the API shape of Twilio."""
