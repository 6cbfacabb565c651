"""`python -m sandbox.company --out DIR [--seed N]`: write the demo's company in the import format."""

from argparse import ArgumentParser
from pathlib import Path

from sandbox.company.company import company, write


def main() -> None:
    """Read the arguments and write."""
    arguments = ArgumentParser(prog="python -m sandbox.company", description=__doc__)
    arguments.add_argument("--out", type=Path, required=True, help="folder to write to")
    arguments.add_argument("--seed", type=int, default=7, help="chooses names, people and tickets")
    chosen = arguments.parse_args()
    write(company(chosen.seed), chosen.out)


if __name__ == "__main__":
    main()
