"""One revision of a project as frozen values, put together from its files."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.values import replace
from promote.render.helpers import helpers_folder
from workbench.review.assurance import level_of
from workbench.review.models import is_of_dbt, read_models
from workbench.review.modules import Around, read_module
from workbench.review.policies import is_policies, policies_of
from workbench.review.proofs import Helpers, read_proof
from workbench.review.published import published_in
from workbench.review.revisions import Repository, Revision
from workbench.review.settings import Settings, read_settings
from workbench.review.values import Asset, Proof, Snapshot

_BESIDE = ("notebooks/", "tests/assets/", "policies/")
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Reader:
    """Reads the revisions of one project; what two of them have in common is read once.

    Args:
        repository: The project's repository.
        package: The project's Python package.
    """

    def __init__(self, repository: Repository, package: str) -> None:
        self.repository = repository
        self.package = package
        self._modules: dict[object, tuple[Asset, ...]] = {}
        self._proofs: dict[object, Proof] = {}

    def snapshot(self, revision: Revision) -> Snapshot:
        """Read a revision. What cannot be read becomes a problem that the review tells, never an error."""
        package = f"src/{self.package.replace('.', '/')}"
        wanted = [path for path in sorted(revision.ids) if _kind(path, package)]
        texts = {
            path: content.decode("utf-8", "replace") for path, content in self.repository.read(revision, wanted).items()
        }
        of = {kind: {p: t for p, t in texts.items() if _kind(p, package) == kind} for kind in _KINDS}
        problems = [(path, "It could not be read.") for path in wanted if path not in texts]
        settings = read_settings(of["settings"])
        helpers = {path: text for path, text in of["helpers"].items() if not path.endswith("/__init__.py")}
        around = Around(settings, self.package, {self._dotted(path): (path, text) for path, text in helpers.items()})
        proofs = self._evidence(of["evidence"], helpers)
        assets: dict[str, Asset] = {}
        for path, text in of["modules"].items():
            try:
                found = self._read(path, text, around, helpers)
            except _UNREADABLE:
                problems.append((path, "It is not Python that can be read, so its assets are missing here."))
                continue
            for asset in found:
                if asset.name in assets:
                    problems.append((path, "It declares an asset that another module declares too."))
                    continue
                assets[asset.name] = replace(asset, proof=proofs.get(f"evidence/{asset.layer}/{asset.name}.json"))
        models, unreadable = read_models(of["dbt"]) if of["dbt"] else ((), [])
        problems += unreadable
        for model in models:
            if model.name in assets:
                problems.append((model.path, "A module makes an asset of the same name."))
                continue
            assets[model.name] = replace(model, proof=proofs.get(f"evidence/{model.layer}/{model.name}.json"))
        for name, outputs in published_in(of["modules"].values()).items():
            if name in assets:
                assets[name] = replace(assets[name], published=outputs)
        policies, unusable = policies_of(of["policies"])
        problems += unusable
        return Snapshot(
            revision.name,
            revision.commit,
            dict(sorted(assets.items())),
            {**of["modules"], **helpers, **of["dbt"]},
            self.repository.identities(
                revision, [*(p for p in sorted(revision.ids) if p.startswith(_BESIDE)), *helpers]
            ),
            settings.marks,
            tuple(problems) + settings.problems,
            tuple(sorted(proofs.keys() - {one.proof.path for one in assets.values() if one.proof})),
            level_of(of["project"].get("pyproject.toml", "")),
            of["records"],
            of["evidence"],
            policies,
        )

    def _dotted(self, path: str) -> str:
        return path.removeprefix("src/").removesuffix(".py").replace("/", ".")

    def _read(self, path: str, text: str, around: Around, helpers: Mapping[str, str]) -> tuple[Asset, ...]:
        key = (path, text, _mark(around.settings), tuple(helpers.items()))
        if key not in self._modules:
            self._modules[key] = read_module(path, text, around)
        return self._modules[key]

    def _evidence(self, texts: Mapping[str, str], helpers: Mapping[str, str]) -> dict[str, Proof]:
        found = Helpers(helpers)
        shared = tuple(helpers.items())
        for path, text in texts.items():
            if (path, text, shared) not in self._proofs:
                self._proofs[path, text, shared] = read_proof(path, text, found)
        return {path: self._proofs[path, text, shared] for path, text in texts.items()}


def _mark(settings: Settings) -> object:
    return settings.resources, tuple(settings.partitions.items())


_KINDS = ("evidence", "modules", "helpers", "settings", "records", "project", "dbt", "policies")


def _kind(path: str, package: str) -> str:
    """Tell what a file is for a review; empty where it is nothing to it."""
    helpers = f"{helpers_folder(package.removeprefix('src/'))}/"
    defs = path.startswith(f"{package}/defs/") and not path.endswith("/__init__.py")
    kinds = (
        ("evidence", path.startswith("evidence/") and path.endswith(".json")),
        ("records", path.startswith("assurance/") and path.endswith(".json")),
        ("project", path == "pyproject.toml"),
        ("dbt", is_of_dbt(path)),
        ("policies", is_policies(path)),
        ("helpers", path.startswith(helpers) and path.endswith(".py")),
        ("modules", defs and path.endswith(".py")),
        ("settings", path.startswith("config/") and path.endswith(".yaml")),
    )
    return next((kind for kind, fits in kinds if fits), "")
