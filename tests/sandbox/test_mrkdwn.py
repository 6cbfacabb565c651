import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.mrkdwn import mrkdwn, plain

NAMES = {"U01": "Robin Vale", "C01": "customer-success"}
LINK = '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~ `code`", "<strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code>"),
        ("*bold with _both_*", "<strong>bold with <em>both</em></strong>"),
        ("2 * 3 * 4 and a*b*c and snake_case_name", "2 * 3 * 4 and a*b*c and snake_case_name"),
        ("* not bold*", "* not bold*"),
        ("`*code*`", "<code>*code*</code>"),
        ("one\ntwo", "one<br>two"),
        ("```a\n<b>```", "<pre>a\n&lt;b&gt;</pre>"),
        ("&gt; said\nafter", "<blockquote>said</blockquote>after"),
        ("before\n> one\n> two", "before<blockquote>one<br>two</blockquote>"),
        ("<https://a.example/?b=1&amp;c|*here*>", LINK.format("https://a.example/?b=1&amp;c", "*here*")),
        ("<https://a.example>", LINK.format("https://a.example", "https://a.example")),
        (
            "see https://a.example/x.",
            "see " + LINK.format("https://a.example/x", "https://a.example/x") + ".",
        ),
        ("<mailto:a@b.example|mail>", LINK.format("mailto:a@b.example", "mail")),
        ("<@U01>", '<b class="mention">@Robin Vale</b>'),
        ("<@U99>", '<b class="mention">@U99</b>'),
        ("<#C01|old-name>", '<b class="mention">#customer-success</b>'),
        ("<!channel>", '<b class="mention loud">@channel</b>'),
        ("<!date^1780300800^{date}|1 June>", "1 June"),
        (":unheard_of: 12:30:45", ":unheard_of: 12:30:45"),
        ("&amp;lt; &lt;!channel&gt;", "&amp;lt; &lt;!channel&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
        (
            '<https://a.example/"onclick="x|"x">',
            LINK.format("https://a.example/&#34;onclick=&#34;x", "&#34;x&#34;"),
        ),
    ],
)
def test_mark_up_becomes_html(text, html):
    assert mrkdwn(text, NAMES) == html


def test_a_known_emoji_is_drawn():
    drawing = '<svg class="emoji" role="img" aria-label="warning"><use href="/view/emoji.svg#warning"/></svg>'
    assert mrkdwn("*:warning:*", NAMES) == f"<strong>{drawing}</strong>"
    assert plain(":warning: <b> *x* <!channel>") == f"{drawing} &lt;b&gt; *x* &lt;!channel&gt;"


TAGS = ("a", "b", "strong", "em", "s", "code", "pre", "br", "blockquote", "svg", "use")
PIECES = st.sampled_from(
    ["*", "_", "`", "```", "<", ">", "|", "@U01", "!here", "https://a.example", "&lt;", '"']
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=20).map("".join))
def test_no_text_brings_a_tag_of_its_own(text):
    html = str(mrkdwn(text, NAMES))
    for tag in TAGS:
        html = html.replace(f"</{tag}>", "").replace(f"<{tag}>", "").replace(f"<{tag} ", "")
    assert "<" not in html
