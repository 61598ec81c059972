from gitgt.services.report import Report, Table, Text


def test_a_report_stands_alone_and_obeys_nobody():
    page = Report(
        "A <b>title</b>",
        "Some & more.",
        [("name", "\x1b[31mred")],
        [
            Table("Rows", ("a",), [("<script>",)]),
            Table("None", ("a",), []),
            Text("Drawn", "|\\\n"),
        ],
    ).html()

    assert "<h1>A &lt;b&gt;title&lt;/b&gt;</h1>" in page
    assert "<dt>name</dt><dd>\ufffd[31mred</dd>" in page
    assert "<tr><td>&lt;script&gt;</td></tr>" in page
    assert "None" not in page
    assert "<pre>|\\\n</pre>" in page
    for word in ("http", "src=", "href=", "<script"):
        assert word not in page


def test_any_name_can_be_written(tmp_path):
    odd = b"caf\xe9".decode(errors="surrogateescape")

    path = Report("T", "S", [("path", odd)]).write(tmp_path / "report.html")

    assert "<dd>caf\ufffd</dd>" in path.read_text()
