"""Where a step begins on remote compute.

`python -m platform_core.executor.entry.step` in a container, `platform_core.executor.entry.aws_lambda.handler` in a
Lambda function: the same image, the same function body, the same IO manager.
"""
