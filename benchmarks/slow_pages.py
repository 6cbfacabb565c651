"""A Keygen on loopback whose event log has many pages, each of them answered after 20 ms.

``python -m benchmarks.slow_pages PAGES ROWS`` says its port on a line, and serves until its input ends.
"""

import asyncio
import json
import re
import sys

LATENCY_S = 0.02
NUMBER = re.compile(rb"page%5Bnumber%5D=(\d+)")


def main(pages: int, rows: int) -> None:
    """Serve until the parent is gone."""
    asyncio.run(_serve([_answer(number, pages, rows) for number in range(1, pages + 1)]))


async def _serve(answers: list[bytes]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := NUMBER.search(await reader.readuntil(b"\r\n\r\n")):
                await asyncio.sleep(LATENCY_S)
                writer.write(answers[int(asked[1]) - 1])
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


def _answer(number: int, pages: int, rows: int) -> bytes:
    events = [_event((number - 1) * rows + row) for row in range(rows)]
    following = f"/?page[number]={number + 1}" if number < pages else None
    body = json.dumps({"data": events, "links": {"self": None, "next": following}}).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\nContent-Length: "
    return f"{head}{len(body)}\r\n\r\n".encode() + body


def _event(number: int) -> dict[str, object]:
    return {
        "id": f"{number:08x}-0000-7000-8000-000000000000",
        "type": "event-logs",
        "attributes": {
            "event": "license.validation.succeeded",
            "metadata": {"code": "VALID"},
            "created": "2026-11-18T12:00:00.000Z",
        },
        "relationships": {"resource": {"data": {"type": "licenses", "id": "a"}}},
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
