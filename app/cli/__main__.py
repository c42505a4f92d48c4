"""`python -m app.cli`, which is what the `crm` launcher runs."""

from app.cli.main import main

main()
