"""Keeping one comment on a pull request or merge request.

`comment` finds our own comment and updates it, or makes it; `github` and `gitlab` speak their APIs over `api`.
"""
