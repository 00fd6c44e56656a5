"""Draw the picture of the README: a tagged cell of the demo beside the module that promotion made of it.

    make demo && .venv/bin/python scripts/picture.py build/demo docs/images/cell-to-module.png

Needs Chromium on the path; the page it photographs is made of the demo's own files.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

NOTEBOOK, STEP = "notebooks/gold/quality.ipynb", "authority_summary"
PAGE = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>A cell and its module</title><style>
body {{ margin: 0; padding: 28px; background: #eef1f5; display: flex; gap: 24px }}
body {{ font: 15px/1.4 "DejaVu Sans", sans-serif }}
.side {{ flex: 1 1 0; background: #fff; border-radius: 8px; box-shadow: 0 1px 4px #0003; overflow: hidden }}
h2 {{ font-size: 15px; margin: 0; padding: 11px 16px; background: #24324a; color: #fff; font-weight: 600 }}
.tag {{ display: inline-block; margin: 14px 16px 0; padding: 3px 10px; border-radius: 12px; font-size: 13px }}
.tag {{ background: #f3d27a }}
.cell {{ margin: 8px 16px 16px; border-left: 4px solid #1976d2; background: #f7f9fc; padding: 2px 12px }}
pre {{ font: 12.5px/1.45 "DejaVu Sans Mono", monospace; white-space: pre-wrap }} .module {{ padding: 2px 16px }}
{style}</style><section class="side"><h2>{notebook}</h2><span class="tag">tag: gold:{step}</span>
<div class="cell">{cell}</div></section>
<section class="side"><h2>{path}</h2><div class="module">{module}</div></section></html>
"""


def main(project: Path, picture: Path) -> int:
    """Write the page, photograph it, and give the exit code."""
    content = json.loads((project / NOTEBOOK).read_text(encoding="utf-8"))
    source = next("".join(c["source"]) for c in content["cells"] if f"gold:{STEP}" in c["metadata"].get("tags", []))
    (path,) = project.glob(f"src/*/defs/gold/{STEP}.py")
    module = path.read_text(encoding="utf-8")
    module = module[module.index("import polars") : module.index("\n\ndef check_")]
    formatter = HtmlFormatter(nowrap=False)
    page = PAGE.format(
        style=formatter.get_style_defs(),
        notebook=html.escape(NOTEBOOK),
        step=STEP,
        path=html.escape(path.relative_to(project).as_posix()),
        cell=highlight(source, PythonLexer(), formatter),
        module=highlight(module, PythonLexer(), formatter),
    )
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("Chromium is not on the path.\n")
        return 1
    picture.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.html").write_text(page, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        command += ["--disable-background-networking", f"--user-data-dir={folder}/profile", "--window-size=1500,785"]
        command += ["--force-device-scale-factor=1.3", f"--screenshot={picture}", f"file://{folder}/page.html"]
        return subprocess.run(command, check=False, capture_output=True).returncode


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
