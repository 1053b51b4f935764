"""E-mail by SMTP, as text and HTML."""
