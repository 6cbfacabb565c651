"""`python -m sandbox`: the rehearsal as a process of its own."""

import argparse
import asyncio
from pathlib import Path

from sandbox.serve import Ports, serve


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="Loopback stand-ins for the vendors.")
    parser.add_argument("--http-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger-file", type=Path, help="JSON Lines; read first if it exists")
    parser.add_argument("--config", type=Path, help="JSON file with channels, users, token, limits")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    asyncio.run(
        serve(
            Ports(given.http_port, given.smtp_port),
            ledger_file=given.ledger_file,
            config_file=given.config,
            with_parent=given.with_parent,
        )
    )
