"""Print a software bill of materials (CycloneDX 1.6, JSON) of what lock files install.

    python deployment/docker/sbom.py deployment/docker/requirements.production.lock

It stands in every image as /opt/venv/sbom.cdx.json. The same locks give the same bytes: it holds no date and its serial
number is a hash of its components.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from locks import pins


def components(text: str) -> list[dict[str, Any]]:
    r"""Give the component of each entry of a lock.

    Its hashes are those of the files that may be installed, one for each platform.

    >>> components("a[x]==2 ; python_version < '3.13' \\\n    --hash=sha256:00\n")[0]["purl"]
    'pkg:pypi/a@2'
    """
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{pin.name}@{pin.version}",
            "name": pin.name,
            "version": pin.version,
            "purl": f"pkg:pypi/{pin.name}@{pin.version}",
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": f"pkg:pypi/{pin.name}@{pin.version}",
                    "hashes": [{"alg": "SHA-256", "content": one.removeprefix("sha256:")} for one in pin.hashes],
                }
            ],
        }
        for pin in pins(text)
    ]


def document(locks: list[str]) -> dict[str, Any]:
    """Give the whole bill of what several locks install together."""
    found = {one["purl"]: one for text in locks for one in components(text)}
    parts = [found[purl] for purl in sorted(found)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts, sort_keys=True))}",
        "version": 1,
        "metadata": {"component": {"type": "container", "bom-ref": "image", "name": "notebook-workbench"}},
        "components": parts,
        "dependencies": [{"ref": "image", "dependsOn": [one["bom-ref"] for one in parts]}],
    }


def main() -> int:
    """Print the bill of the locks that the arguments name."""
    bill = document([Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]])
    print(json.dumps(bill, indent=1, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
