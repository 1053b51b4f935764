"""Sources that nobody is asked for: files, mails and entries that people and partners hand us."""
