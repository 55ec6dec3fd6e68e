"""The service over HTTP: who may ask, the routes of the API and of the pages. It writes no record."""
