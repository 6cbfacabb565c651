"""`python -m sandbox.company --out DIR [--seed N]`: write the demo's company, as import files and books."""

from argparse import ArgumentParser
from pathlib import Path

from sandbox.company.company import company, write
from sandbox.company.vendors.books import write_books


def main() -> None:
    """Read the arguments and write."""
    arguments = ArgumentParser(prog="python -m sandbox.company", description=__doc__)
    arguments.add_argument("--out", type=Path, required=True, help="folder to write to")
    arguments.add_argument("--seed", type=int, default=7, help="chooses names, people and tickets")
    chosen = arguments.parse_args()
    made = company(chosen.seed)
    write(made, chosen.out)
    write_books(made, chosen.out / "books")


if __name__ == "__main__":
    main()
