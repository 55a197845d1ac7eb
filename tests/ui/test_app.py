"""The program around the page: flags and limits."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import app


@pytest.fixture
def at_home(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # what a program sets is undone


def test_nothing_said_leaves_the_address_to_the_surroundings(at_home):
    options = app.flags([])
    assert (options.host, options.port, options.share, options.auth) == (None, None, False, None)


def test_the_limits_at_home_and_in_a_space(at_home, monkeypatch):
    home = app.flags([])
    assert (home.max_mb, home.max_minutes) == (2048, 180)
    monkeypatch.setenv("SPACE_ID", "somebody/something")
    space = app.flags([])
    assert (space.max_mb, space.max_minutes) == (500, 20)
    assert app.flags(["--max-mb", "9"]).max_mb == 9


@pytest.fixture
def served(monkeypatch):
    """What the page is served with."""
    from ui import page

    got = {}

    def serve(summarizer, **options):
        got.update(options, summarizer=summarizer)
        return "a page"

    monkeypatch.setattr(page, "serve", serve)
    return got


def test_flags_reach_the_summarizer_and_the_page(at_home, served, tmp_path):
    words = "--max-mb 3 --max-minutes 2 --set cut.longest=9 --set selection.snap=1 --port 1234"
    options = app.flags([*words.split(), "--auth", "me:a:b", "--cache", str(tmp_path)])
    summarizer, page = app.open_page(options)
    assert page == "a page" and served["summarizer"] is summarizer
    assert summarizer.limits.bytes == 3 << 20 and summarizer.limits.seconds == 120
    assert summarizer.config.cut.longest == 9 and summarizer.config.selection.snap == 1
    assert served["server_port"] == 1234 and served["server_name"] is None
    assert served["auth"] == ("me", "a:b") and served["share"] is False
    assert served["mcp_server"] is False and "annotations" not in served


def test_models_work_where_the_page_may_have_a_gpu(at_home, served, tmp_path):
    from ui import gpu

    summarizer, _ = app.open_page(app.flags(["--cache", str(tmp_path)]))
    assert summarizer.encode is gpu.encode


def test_the_annotators_file_and_the_tools_are_passed_on(at_home, served, tmp_path):
    kept = tmp_path / "scores.db"
    app.open_page(app.flags(["--mcp", "--annotations", str(kept), "--cache", str(tmp_path)]))
    assert served["mcp_server"] is True and served["annotations"] == kept


def test_tools_without_their_extra_are_a_sentence(at_home, served, monkeypatch, capsys):
    monkeypatch.setattr(app, "find_spec", lambda name: None)
    monkeypatch.setattr("sys.argv", ["app.py", "--mcp"])
    with pytest.raises(SystemExit) as end:
        app.main()
    said = capsys.readouterr().err
    assert end.value.code == 2 and said.count("\n") == 1 and "pip install" in said


def test_tools_and_a_password_are_a_sentence(at_home, served, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["app.py", "--mcp", "--auth", "ann:secret"])
    with pytest.raises(SystemExit) as end:
        app.main()
    said = capsys.readouterr().err
    assert end.value.code == 2 and said.count("\n") == 1 and "knows no passwords" in said
    assert "secret" not in said


def test_on_a_space_its_library_comes_before_everything(tmp_path):
    """Nothing is imported before `spaces`, neither by the text nor when it runs."""
    tree = ast.walk(ast.parse(Path(app.__file__).read_text(encoding="utf-8")))
    imports = [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]
    first = min(imports, key=lambda node: node.lineno)
    assert [each.name for each in first.names] == ["spaces"]
    (tmp_path / "spaces.py").write_text(
        "import sys\nseen = {'torch', 'gradio', 'argparse'} & set(sys.modules)\n"
    )
    code = "import app, spaces; print(sorted(spaces.seen))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(app.__file__).parent,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == "[]", told.stderr


@pytest.mark.parametrize("words", [["--preset", "nonsense"], ["--set", "cut.longest=much"]])
def test_a_wrong_flag_is_a_sentence_and_no_traceback(at_home, served, words, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["app.py", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said and said.count("\n") == 1


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "much"])
def test_a_limit_is_a_number_above_0(at_home, number):
    with pytest.raises(SystemExit) as end:
        app.flags([f"--max-mb={number}"])
    assert end.value.code == 2


def test_a_wrong_auth_is_a_sentence(at_home, capsys):
    with pytest.raises(SystemExit) as end:
        app.flags(["--auth", "nocolon"])
    assert end.value.code == 2 and "USER:PASSWORD" in capsys.readouterr().err
