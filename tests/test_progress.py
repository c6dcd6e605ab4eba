"""The progress bar: silent when quick, on stderr in a terminal, on stdout and without trace in a notebook."""

import io
import sys
from types import SimpleNamespace

from blogtools import progress as module
from blogtools.progress import in_notebook, progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def streams(monkeypatch):
    """Two terminals in place of stdout and stderr, and no waiting."""
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(module, "SECONDS_UNSEEN", 0.0)
    monkeypatch.setitem(sys.modules, "IPython", None)
    return out, err


def notebook(monkeypatch):
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_a_terminal_sees_it_on_stderr(monkeypatch):
    out, err = streams(monkeypatch)
    assert list(progress(range(3), label="counting")) == [0, 1, 2]
    assert "counting: 100%" in err.getvalue()
    assert out.getvalue() == ""


def test_what_is_quick_stays_silent(monkeypatch):
    out, err = streams(monkeypatch)
    monkeypatch.setattr(module, "SECONDS_UNSEEN", 2.0)
    assert sum(progress(range(1000))) == 499500
    assert out.getvalue() == err.getvalue() == ""


def test_a_notebook_sees_it_on_stdout_and_keeps_no_trace(monkeypatch):
    out, err = streams(monkeypatch)
    notebook(monkeypatch)
    assert in_notebook()
    bar = progress(total=4, label="drawing")
    bar.update(4)
    bar.refresh()
    assert "drawing: 100%" in out.getvalue()
    bar.close()
    assert out.getvalue().rsplit("\r", 2)[-2].strip() == ""
    assert err.getvalue() == ""


def test_a_pipe_sees_nothing(monkeypatch):
    streams(monkeypatch)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert list(progress(range(3))) == [0, 1, 2]
    assert sys.stderr.getvalue() == ""


def test_a_shell_without_a_kernel_is_no_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
