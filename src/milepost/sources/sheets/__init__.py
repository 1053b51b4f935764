"""Reading tables that people hand in: CSV of any spreadsheet, XLSX and JSON, all as rows of text."""
