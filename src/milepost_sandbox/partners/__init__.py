"""Partners without an API: freight carriers and warehouses that send files, and shops that write mails."""
