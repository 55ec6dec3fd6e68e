"""The service over HTTP: its doors, the routes of the API and of the pages. It reads; it writes no record."""
