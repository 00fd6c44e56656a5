"""What the parameters of an asset function are: context, configuration, resources, and frames of other assets."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import dagster as dg

from platform_core.errors import UserError
from platform_core.frames import FrameKind, annotation_kind, convert
from platform_core.values import dataclass, replace

Shape = Literal["one", "list", "dict"]
InputNames = Mapping[str, str | list[str] | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FrameInput:
    """A parameter that takes a frame: one asset, a list of several, or one asset's partitions by key.

    `slots` holds the name of the Dagster input behind each asset, with the asset. Dagster has one input for an asset,
    so parameters that take the same one share it.
    """

    parameter: str
    slots: tuple[tuple[str, str], ...]
    kind: FrameKind
    shape: Shape

    @property
    def assets(self) -> tuple[str, ...]:
        """The assets that it takes."""
        return tuple(asset for _, asset in self.slots)

    def collect(self, loaded: Mapping[str, Any]) -> Any:
        """Give the argument from what the IO manager loaded, in the annotated kind."""
        values = [loaded[name] for name, _ in self.slots]
        if self.shape == "list":
            return [convert(value, self.kind) for value in values]
        if self.shape == "dict":
            return {key: convert(value, self.kind) for key, value in values[0].items()}
        return convert(values[0], self.kind)


@dataclass(frozen=True, slots=True)
class Load:
    """An input as Dagster has it: its name, the asset, the kind to load, and whether partition by partition."""

    slot: str
    asset: str
    kind: FrameKind
    by_partition: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of an asset function by what they are."""

    context: str | None
    config: tuple[str, Any] | None
    resources: tuple[tuple[str, Any], ...]
    inputs: tuple[FrameInput, ...]

    @property
    def loads(self) -> tuple[Load, ...]:
        """What the IO manager is to load, each asset once."""
        wanted: dict[str, list[FrameInput]] = {}
        for frame in self.inputs:
            for slot, _ in frame.slots:
                wanted.setdefault(slot, []).append(frame)
        assets = {slot: asset for frame in self.inputs for slot, asset in frame.slots}
        return tuple(
            Load(slot, assets[slot], _common_kind([frame.kind for frame in frames]), frames[0].shape == "dict")
            for slot, frames in wanted.items()
        )

    def arguments(self, context: object, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give the arguments of the function from what Dagster gave."""
        arguments: dict[str, Any] = {name: given[name] for name, _ in self.resources}
        arguments.update((frame.parameter, frame.collect(given)) for frame in self.inputs)
        if self.context is not None:
            arguments[self.context] = context
        if self.config is not None:
            arguments[self.config[0]] = given["config"]
        return arguments

    def frames(self, arguments: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Give the frames among the arguments, each with its asset; an asset in partitions has several."""
        found: list[tuple[str, Any]] = []
        for frame in self.inputs:
            value = arguments[frame.parameter]
            if frame.shape == "list":
                found += zip(frame.assets, value, strict=True)
            else:
                found += [(frame.assets[0], item) for item in (value.values() if frame.shape == "dict" else (value,))]
        return found

    def signature(self) -> inspect.Signature:
        """Give the signature that Dagster is to see: annotations resolved, every frame an input of its own."""
        seen: list[tuple[str, Any]] = [("context", dg.AssetExecutionContext)]
        if self.config is not None:
            seen.append(("config", self.config[1]))
        seen += self.resources
        seen += [(load.slot, Any) for load in self.loads]
        # Dagster looks for inputs among parameters of this sort alone
        sort = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter(name, sort, annotation=annotation) for name, annotation in seen]
        return inspect.Signature(parameters)


def read_parameters(function: Callable[..., Any], inputs: InputNames | None) -> Parameters:
    """Sort the parameters of an asset function.

    `context` is Dagster's; a parameter annotated with a `Config` takes the configuration, one annotated with a resource
    type that resource. Every other one takes the asset of its name, or the one or several that `inputs` names for it,
    in the annotated kind; without an annotation it is a LazyFrame. A parameter of any other type keeps its default.

    Raises:
        UserError: A parameter is none of these, or `inputs` names one that the function lacks.
    """
    named = dict(inputs or {})
    context: str | None = None
    config: tuple[str, Any] | None = None
    resources: list[tuple[str, Any]] = []
    frames: list[FrameInput] = []
    for parameter in inspect.signature(function).parameters.values():
        name, annotation = parameter.name, _annotation(function, parameter)
        if parameter.kind not in {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}:
            raise UserError(
                f"Parameter {name!r} of {function.__name__!r} cannot be given by name.", hint="Name every parameter."
            )
        if name == "context":
            context = name
        elif _is_resource(annotation):
            resources.append((name, annotation))
        elif isinstance(annotation, type) and issubclass(annotation, dg.Config):
            config = (name, annotation)
        elif (frame := _frame(name, annotation, named.pop(name, None))) is not None:
            frames.append(frame)
        elif parameter.default is inspect.Parameter.empty:
            raise UserError(
                f"Parameter {name!r} of {function.__name__!r} is neither a frame, a resource nor a Config.",
                hint="Annotate it pl.LazyFrame, pl.DataFrame, pd.DataFrame or duckdb.DuckDBPyRelation.",
            )
    if named:
        raise UserError(f"inputs= names {min(named)!r}, which is no frame parameter of {function.__name__!r}.")
    return Parameters(context, config, tuple(resources), _sharing(frames, function.__name__))


def _sharing(frames: list[FrameInput], function: str) -> tuple[FrameInput, ...]:
    """Give parameters that take the same asset the same slot."""
    slots: dict[str, str] = {}
    by_partition: dict[str, bool] = {}
    for frame in frames:
        for slot, asset in frame.slots:
            slots.setdefault(asset, slot)
            if by_partition.setdefault(asset, frame.shape == "dict") != (frame.shape == "dict"):
                raise UserError(
                    f"{function!r} takes {asset!r} both whole and partition by partition.",
                    hint="Take it once, as a dict, and concatenate its frames.",
                )
    return tuple(replace(frame, slots=tuple((slots[asset], asset) for asset in frame.assets)) for frame in frames)


def _common_kind(kinds: list[FrameKind]) -> FrameKind:
    """Give the kind to load for parameters of several kinds: pandas holds an index that the others have not."""
    if len(set(kinds)) == 1:
        return kinds[0]
    return "pandas" if "pandas" in kinds else "lazy"


def _frame(name: str, annotation: Any, named: str | list[str] | tuple[str, ...] | None) -> FrameInput | None:
    origin, within = typing.get_origin(annotation), typing.get_args(annotation)
    shape: Shape = "list" if origin is list else "dict" if origin is dict else "one"
    inner = within[-1] if shape != "one" and within else annotation
    kind = "lazy" if inner is inspect.Parameter.empty else annotation_kind(inner)
    if kind is None:
        return None
    if shape == "list":
        if isinstance(named, str) or not named:
            raise UserError(f"Parameter {name!r} takes several assets.", hint=f'Say which: inputs={{"{name}": [...]}}.')
        return FrameInput(name, tuple((f"{name}__{number}", asset) for number, asset in enumerate(named)), kind, shape)
    if named is not None and not isinstance(named, str):
        raise UserError(
            f"inputs= gives {name!r} several assets, but it takes one.", hint="Annotate it list[pl.LazyFrame]."
        )
    return FrameInput(name, ((name, named or name),), kind, shape)


def _annotation(function: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    """Resolve an annotation that is text, as under `from __future__ import annotations`."""
    text = parameter.annotation
    if not isinstance(text, str):
        return text
    bare = inspect.unwrap(function)
    variables = inspect.getclosurevars(bare).nonlocals if hasattr(bare, "__code__") else {}
    try:
        # The author's own annotation in the author's own module, as typing.get_type_hints does it
        return eval(text, getattr(bare, "__globals__", {}), dict(variables))  # noqa: S307 - see above
    except (NameError, AttributeError, TypeError, SyntaxError):
        if parameter.name == "context" or annotation_kind(text) is not None:
            return text
        raise UserError(
            f"The annotation {text!r} of parameter {parameter.name!r} of {function.__name__!r} cannot be resolved.",
            hint="Import what it names at the top of the module, not only for type checkers.",
        ) from None


def _is_resource(annotation: Any) -> bool:
    if typing.get_origin(annotation) is Annotated:
        return "resource_param" in typing.get_args(annotation)[1:]
    return isinstance(annotation, type) and issubclass(annotation, dg.ConfigurableResource)
