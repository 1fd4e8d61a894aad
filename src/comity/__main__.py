"""`python -m comity`: the command line."""

from comity.cli import app

if __name__ == "__main__":
    app.main()
