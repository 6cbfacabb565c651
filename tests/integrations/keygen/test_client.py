"""Pages of a server that does not say which page it gives."""

import re
from collections.abc import Iterator
from itertools import islice

import pytest
import responses

from integrations.errors import RetryLater
from integrations.keygen import client as module
from integrations.keygen.client import KeygenClient
from integrations.keygen.settings import KeygenSettings
from tests.integrations.keygen.account import Json, product

HERE = re.compile(r"https://keygen\.example/v1/accounts/sundial/products.*")
FIRST = [product(1, "Editor"), product(2, "Renderer")]
SECOND = [product(3, "Viewer"), product(4, "Player")]
THIRD = [product(5, "Fonts")]


def client() -> KeygenClient:
    given = {"token": "t", "account": "sundial", "base_url": "https://keygen.example", "environment": "beta"}
    return KeygenClient(KeygenSettings(**given))


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mocked:
        yield mocked


def answers(server: responses.RequestsMock, *pages: list[Json]) -> None:
    for page in pages:
        server.get(HERE, json={"data": page, "links": {"next": None if page is THIRD else "more"}})


@pytest.mark.parametrize("pages", [(FIRST, FIRST), (FIRST, SECOND, FIRST), (FIRST, SECOND, SECOND)])
def test_a_page_that_came_before_ends_the_listing(server: responses.RequestsMock, pages: tuple[list[Json]]):
    answers(server, *pages)
    with pytest.raises(RetryLater) as caught:
        list(islice(client().products(), 2 * len(pages)))
    assert caught.value.reason == "repeated_page"


def test_a_listing_goes_on_from_the_last_row_until_there_is_no_next(server: responses.RequestsMock):
    answers(server, FIRST, SECOND, THIRD)
    names = [product_.attributes.name for page in client().products() for product_ in page.data]
    assert names == ["Editor", "Renderer", "Viewer", "Player", "Fonts"]
    asked = [call.request.params["page[cursor]"] for call in server.calls]  # type: ignore[attr-defined]  # `responses` adds them
    assert asked == ["", FIRST[-1]["id"], SECOND[-1]["id"]]


def test_every_request_names_version_environment_and_media_type(server: responses.RequestsMock):
    answers(server, THIRD)
    list(client().products())
    sent = server.calls[0].request.headers
    assert {
        name: sent[name] for name in ("Accept", "Authorization", "Keygen-Version", "Keygen-Environment")
    } == {
        "Accept": "application/vnd.api+json",
        "Authorization": "Bearer t",
        "Keygen-Version": "1.8",
        "Keygen-Environment": "beta",
    }


def test_an_outage_is_not_waited_for_whatever_it_asks(
    server: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "sleep", pytest.fail)
    server.get(HERE, status=503, headers={"Retry-After": "5"})
    made = client()
    made.patience_s = 60.0
    with pytest.raises(RetryLater) as caught:
        list(made.products())
    assert (caught.value.reason, caught.value.after_s) == ("status_503", 5.0)
