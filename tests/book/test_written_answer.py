"""An answer in words is read as in a notebook, and nothing in it runs or is fetched."""

import pytest
from page_modules import run_module

# What a student writes → how it reads.
READS = {
    "It is **not**, for *x*.": "<p>It is <strong>not</strong>, for <em>x</em>.</p>\n",
    "- one\n- two": "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n",
    "$a_1 * b_2 * c$": '<p><span class="math">\\(a_1 * b_2 * c\\)</span></p>\n',
    "$i<j$": '<p><span class="math">\\(i&lt;j\\)</span></p>\n',
    "$$\n\\sum_i x_i\n$$": '<span class="math">\\[\\sum_i x_i\n\\]</span>',
    "It costs 5$ or 6$.": "<p>It costs 5$ or 6$.</p>\n",
    "`$x$`": "<p><code>$x$</code></p>\n",
    "<script>x</script>": "<p>&lt;script&gt;x&lt;/script&gt;</p>\n",
    "$<img src=x>$": '<p><span class="math">\\(&lt;img src=x&gt;\\)</span></p>\n',
    "[x](javascript:y)": "<p>[x](javascript:y)</p>\n",
    "![two < maps](https://a.example/b.png)": "<p>two &lt; maps</p>\n",
    "": "",
}


@pytest.fixture(scope="module")
def read() -> list[str]:
    return run_module("markdown.js", "given.map(page.html)", list(READS))


def test_it_reads_as_in_a_notebook_and_runs_nothing(read):
    assert dict(zip(READS, read, strict=True)) == READS
