"""The Django project. Kept free of imports: the launcher runs before anything is installed."""
