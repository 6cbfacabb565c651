"""Letters as a page for a browser, in each language one below the other; nothing of them runs."""

from collections.abc import Iterable, Mapping
from html import escape

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "iframe{border:1px solid #888;width:100%;height:46rem;background:#fff}pre{white-space:pre-wrap}"
)
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Frames inherit it: letters are styled in place, and whatever else they would load is not loaded."""


def gallery(title: str, bodies: Iterable[Mapping[str, str]]) -> str:
    """The HTML of a page that shows rendered letters (`templates.render.Mail`), each in a sandboxed frame.

    In a frame no script runs, no form is sent, and nothing is of our page's origin.
    """
    shown = "\n".join(map(_shown, bodies))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f'<meta name="robots" content="noindex">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{shown}\n</body>\n</html>\n"
    )


def _shown(body: Mapping[str, str]) -> str:
    name, subject = escape(body["language"]), escape(body["subject"])
    return (
        f'<h2 id="{name}">{name}: <span lang="{name}">{subject}</span></h2>\n'
        f'<iframe sandbox="" title="{name}" srcdoc="{escape(body["html"])}"></iframe>\n'
        f'<details><summary>As text</summary><pre lang="{name}">{escape(body["text"])}</pre></details>'
    )
