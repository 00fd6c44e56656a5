"""Handlers of the remote kinds of compute: Lambda, Fargate, EKS and Batch, and of Dask clusters.

Each speaks with its provider's own SDK, which is imported when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.errors import UserError

if TYPE_CHECKING:
    from platform_core.executor.handler import ComputeHandler
    from platform_core.executor.handlers.settings import RemoteSettings

__all__ = ["remote_handler"]


def remote_handler(kind: str, settings: RemoteSettings) -> ComputeHandler:
    """Give the handler of a remote kind.

    Args:
        kind: `lambda`, `fargate`, `eks`, `batch` or `dask`.
        settings: The section `compute:` of the configuration.

    Raises:
        UserError: The deployment has no settings for the kind.

    >>> from platform_core.executor.handlers.settings import RemoteSettings
    >>> settings = RemoteSettings.model_validate({"batch": {"image": "team/steps:1", "queue": "jobs"}})
    >>> remote_handler("batch", settings).kind
    'batch'
    >>> remote_handler("eks", settings)
    Traceback (most recent call last):
    platform_core.errors.UserError: The configuration has no settings for steps on eks.
    hint: Give them under `compute: {eks: …}`; docs/reference/compute-kinds.md lists them.
    """
    match kind:
        case "lambda" if settings.lambda_ is not None and settings.payloads is not None:
            from platform_core.executor.handlers.aws_lambda import LambdaHandler  # noqa: PLC0415 - only the kinds in use

            return LambdaHandler(settings.lambda_, settings.payloads)
        case "fargate" if settings.fargate is not None:
            from platform_core.executor.handlers.fargate import FargateHandler  # noqa: PLC0415 - only the kinds in use

            return FargateHandler(settings.fargate, settings.payloads)
        case "eks" if settings.eks is not None:
            from platform_core.executor.handlers.eks import EksHandler  # noqa: PLC0415 - only the kinds in use

            return EksHandler(settings.eks, settings.payloads)
        case "batch" if settings.batch is not None:
            from platform_core.executor.handlers.batch import BatchHandler  # noqa: PLC0415 - only the kinds in use

            return BatchHandler(settings.batch, settings.payloads)
        case "dask" if settings.dask is not None:
            from platform_core.executor.handlers.dask import DaskHandler  # noqa: PLC0415 - only the kinds in use

            return DaskHandler(settings.dask)
    raise UserError(
        f"The configuration has no settings for steps on {kind}.",
        hint=f"Give them under `compute: {{{kind}: …}}`; docs/reference/compute-kinds.md lists them.",
    )
