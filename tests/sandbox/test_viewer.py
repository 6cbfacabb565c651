import pytest
import requests

from tests.rehearsal import Rehearsal
from tests.sandbox.mail.conftest import letter, send
from tests.sandbox.slack.conftest import SUCCESS, Slack, keyed

HOSTILE = "<script>alert(1)</script>"
INERT = "&lt;script&gt;alert(1)&lt;/script&gt;"
PAGES = [
    "/",
    "/view/slack",
    "/view/slack/sales",
    "/view/slack/D01ROBIN",
    "/view/slack/home/U01ROBIN",
    "/view/teams",
    "/view/teams/sales",
    "/view/inbox",
    "/view/crm",
    "/view/salesforce",
    "/view/mattermost",
    "/view/mattermost/sales",
    "/view/helpdesk",
    "/view/ledger",
]


def page(sandbox: Rehearsal, path: str) -> str:
    answer = requests.get(sandbox.http + path, timeout=10)
    assert answer.status_code == 200
    return answer.text


def text(kind: str, words: str) -> dict[str, str]:
    return {"type": kind, "text": words}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_an_empty_rehearsal(sandbox: Rehearsal, path):
    answer = requests.get(sandbox.http + path, timeout=10)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "refresh" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reloads_itself_if_asked(sandbox: Rehearsal, path):
    assert '<meta http-equiv="refresh" content="5">' in page(sandbox, f"{path}?refresh=5")


@pytest.mark.parametrize(
    "path",
    [
        "/view/slack/C09",
        "/view/slack/home/U09",
        "/view/teams/x",
        "/view/inbox/1",
        "/view/inbox/1/html",
        "/view/crm/1",
        "/view/salesforce/1",
        "/view/mattermost/x",
    ],
)
def test_what_is_not_there_is_not_found(sandbox: Rehearsal, path):
    assert requests.get(sandbox.http + path, timeout=10).status_code == 404


def test_a_home_tab_is_shown(sandbox: Rehearsal):
    view = {"type": "home", "blocks": [{"type": "header", "text": text("plain_text", HOSTILE)}]}
    assert Slack(sandbox.http).call("views.publish", {"user_id": "U01ROBIN", "view": view})["ok"]
    shown = page(sandbox, "/view/slack/home/U01ROBIN")
    assert INERT in shown
    assert HOSTILE not in shown
    assert INERT not in page(sandbox, "/view/slack/home/U02NOOR")


def test_a_message_looks_like_in_slack(sandbox: Rehearsal):
    slack = Slack(sandbox.http)
    button = {"type": "button", "text": text("plain_text", "Open"), "url": "https://app.example/1"}
    blocks = [
        {"type": "header", "text": text("plain_text", "At risk")},
        {
            "type": "section",
            "text": text("mrkdwn", "*Renewal* in 52 days"),
            "fields": [text("mrkdwn", "*Health*\n34"), text("mrkdwn", "*Seats*\n58")],
            "accessory": {"type": "image", "image_url": "https://charts.example/a.png", "alt_text": "Chart"},
        },
        {"type": "context", "elements": [text("mrkdwn", "Owner <@U01ROBIN>")]},
        {"type": "divider"},
        {"type": "actions", "elements": [button, {"type": "button", "text": text("plain_text", "On it")}]},
    ]
    posted = slack.post(blocks=blocks, metadata=keyed("n-1"))
    slack.post(text="A reply", thread_ts=posted["ts"])
    shown = page(sandbox, "/view/slack")
    for part in [
        '<h3 class="kit-header">At risk</h3>',
        "<strong>Renewal</strong> in 52 days",
        "<strong>Health</strong><br>34",
        'title="https://charts.example/a.png">Chart</span>',
        '<b class="mention">@Robin Vale</b>',
        "<hr>",
        'href="https://app.example/1" rel="noopener noreferrer" target="_blank">Open</a>',
        "1 reply",
        "A reply",
        "n-1",
    ]:
        assert part in shown
    assert "(edited)" not in shown


def test_an_edited_message_is_marked(sandbox: Rehearsal):
    slack = Slack(sandbox.http)
    ts = slack.post()["ts"]
    slack.call("chat.update", {"channel": SUCCESS, "ts": ts, "text": "Recovered"})
    assert "(edited)" in page(sandbox, "/view/slack")


def test_pictures_come_from_this_machine_or_not_at_all(sandbox: Rehearsal):
    local = "http://127.0.0.1:8000/a.png"
    image = {"type": "image", "image_url": local, "alt_text": "Chart"}
    Slack(sandbox.http).post(blocks=[image, {**image, "image_url": "https://charts.example/a.png"}])
    shown = page(sandbox, "/view/slack")
    assert f'<img class="wide" src="{local}" alt="Chart">' in shown
    assert shown.count("<img") == 1


def test_hostile_text_in_slack_is_inert(sandbox: Rehearsal):
    slack = Slack(sandbox.http)
    words = text("plain_text", HOSTILE)
    blocks = [
        {"type": "header", "text": words},
        {"type": "section", "text": text("mrkdwn", HOSTILE + "&lt;!channel&gt;"), "fields": [words]},
        {"type": "image", "image_url": 'https://a.example/"><script>', "alt_text": HOSTILE, "title": words},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": words, "value": HOSTILE, "action_id": '">'},
                {"type": "overflow", "options": [{"text": words, "value": "v"}]},
            ],
        },
    ]
    slack.post(text=HOSTILE, blocks=blocks, metadata=keyed(HOSTILE, account=HOSTILE, thread=HOSTILE))
    shown = page(sandbox, "/view/slack")
    assert "<script" not in shown
    assert INERT + "&lt;!channel&gt;" in shown
    assert "<script" not in page(sandbox, "/view/ledger")
    assert "<script" not in page(sandbox, "/")


def test_a_mail_shows_its_headers_and_parts(sandbox: Rehearsal):
    send(
        sandbox,
        letter(
            Subject=f"Renewal {HOSTILE}",
            Reply_To="success@seller.example",
            List_Unsubscribe="<https://seller.example/out/1>, <javascript:alert(1)>",
            List_Unsubscribe_Post="List-Unsubscribe=One-Click",
        ),
    )
    shown = page(sandbox, "/view/inbox/1")
    assert f"<h1>Renewal {INERT}</h1>" in shown
    assert "success@seller.example" in shown
    assert '<a href="https://seller.example/out/1"' in shown
    assert 'href="javascript' not in shown
    assert '<iframe class="letter" sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert '<pre class="letter">Hello Ada\n</pre>' in page(sandbox, "/view/inbox/1?part=plain")
    assert "Message-ID: &lt;1@seller.example&gt;" in page(sandbox, "/view/inbox/1?part=source")
    assert INERT in page(sandbox, "/view/inbox")


def test_the_html_part_may_run_and_load_nothing(sandbox: Rehearsal):
    message = letter()
    html = message.get_payload(1)
    html.set_content(f'<p>Hello</p><img src="cid:chart@x">{HOSTILE}', subtype="html")
    html.add_related(b"\x89PNG", "image", "png", cid="<chart@x>")
    send(sandbox, message)
    answer = requests.get(f"{sandbox.http}/view/inbox/1/html", timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert '<img src="data:image/png;base64,iVBORw==">' in answer.text


def test_a_message_in_mattermost_is_shown_in_its_channel(sandbox: Rehearsal):
    hook = f"{sandbox.http}/mattermost/hooks/mattermost-hook-of-sales"
    assert (
        requests.post(hook, json={"text": f"**At risk** {HOSTILE}\nKey n-1"}, timeout=10).status_code == 200
    )
    shown = page(sandbox, "/view/mattermost/sales")
    assert f'<p class="plain">**At risk** {INERT}\nKey n-1</p>' in shown
    assert HOSTILE not in shown
    assert "At risk" not in page(sandbox, "/view/mattermost/success")
    assert 'href="/view/mattermost/sales"' in page(sandbox, "/")


def test_a_second_copy_stands_out_in_the_ledger(sandbox: Rehearsal):
    slack = Slack(sandbox.http)
    first = slack.post(metadata=keyed("n-1"))
    slack.call("chat.update", {"channel": SUCCESS, "ts": first["ts"], "text": "Recovered"})
    assert 'class="twice"' not in page(sandbox, "/view/ledger")
    slack.post(metadata=keyed("n-1"))
    shown = page(sandbox, "/view/ledger")
    assert shown.count('class="twice"') == 1
    assert "#customer-success" in shown


@pytest.mark.parametrize(
    ("path", "kind"), [("/view/style.css", "text/css; charset=utf-8"), ("/view/emoji.svg", "image/svg+xml")]
)
def test_what_pages_need_comes_from_here(sandbox: Rehearsal, path, kind):
    assert requests.get(sandbox.http + path, timeout=10).headers["Content-Type"] == kind
