"""`workbench review`: what a reviewer reads of a change, told from the files of two revisions alone."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

HELP = "Compare two revisions for a reviewer: verdict, assets, lineage, schema, data, evidence and a checklist."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "range",
        metavar="BASE[..[HEAD]]",
        help="the revisions: BASE..HEAD, BASE...HEAD from where they parted, or BASE alone for the files as they are",
    )
    parser.add_argument(
        "--format",
        choices=("markdown", "json", "html", "github", "gitlab", "sarif"),
        default="markdown",
        help="of the output",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file in place of the terminal")
    parser.add_argument(
        "--links", metavar="URL", help="the web address of the repository's files at HEAD; CI's own by default"
    )
    parser.add_argument(
        "--post",
        choices=("github", "gitlab"),
        help="keep the Markdown as one comment on the pull request that CI runs for; printed only where --output says",
    )
    parser.add_argument(
        "--columns",
        action="store_true",
        help="say too what is made from each column that changed, by what the last materialisations here told",
    )
    parser.add_argument("--exit-code", action="store_true", help="give 1 where the verdict is not to merge")


def execute(arguments: argparse.Namespace) -> int:
    """Print or write the review; gives 1 only where asked to, and the change is not ready."""
    from promote.project import find  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.review.review import review  # noqa: PLC0415 - as above
    from workbench.review.writing import render, write  # noqa: PLC0415 - as above

    project = find()
    with ExitStack() as opened:
        columns = None
        if arguments.columns:
            from workbench.project import find_project  # noqa: PLC0415 - as above
            from workbench.review.columns import impacts  # noqa: PLC0415 - as above
            from workbench.session import open_instance  # noqa: PLC0415 - as above

            columns = partial(impacts, instance=opened.enter_context(open_instance(find_project())))
        found = review(project.root, project.package, arguments.range, columns)
    if arguments.output is not None:
        write(arguments.output, render(found, arguments.format, arguments.links, os.environ))
    elif arguments.post is None:
        sys.stdout.buffer.write(render(found, arguments.format, arguments.links, os.environ).encode("utf-8"))
        sys.stdout.flush()
    if arguments.post is not None:
        _post(arguments.post, render(found, "markdown", arguments.links, os.environ))
    return 1 if arguments.exit_code and found.verdict == "blocked" else 0


def _post(host: str, text: str) -> None:
    from workbench.posting.comment import keep_one  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.posting.github import GitHubThread  # noqa: PLC0415 - as above
    from workbench.posting.gitlab import GitLabThread  # noqa: PLC0415 - as above

    thread = GitHubThread(os.environ) if host == "github" else GitLabThread(os.environ)
    comment = keep_one(thread, text)
    sys.stderr.write(f"The review is the comment {comment.address or comment.number}.\n")
