"""The analyst's front door: the `workbench` command, the notebook runner and the builder of a code location.

`workbench.definitions.load_definitions` turns a project's folder of promoted modules into Dagster definitions;
`workbench.cli.main` is the command. Nothing heavy is imported before a command needs it.
"""
