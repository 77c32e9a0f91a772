"""An installation in one file: what `manage.py backup` writes and `manage.py restore` reads, whatever the database."""
