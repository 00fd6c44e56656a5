"""Work out what the two set-ups of Terraform cost a month before anything is made, and keep the table in the guide.

    python deployment/scripts/setup_costs.py           writes the table into docs/guides/deploy.md
    python deployment/scripts/setup_costs.py --check   gives 1 where the table there is another
    python deployment/scripts/setup_costs.py --against FOLDER   says what changes from Terraform's files in a folder

Sizes are read from Terraform's own files, prices from `setup_prices.json` and the platform's price list.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from platform_core.compute_kinds.prices import list_prices

ROOT = Path(__file__).resolve().parents[2]
TERRAFORM = ROOT / "deployment" / "terraform"
GUIDE = ROOT / "docs" / "guides" / "deploy.md"
BEGIN, END = "<!-- costs: made by deployment/scripts/setup_costs.py -->\n", "<!-- end of costs -->\n"
HOURS = 730  # of a month
LAKE_GB = 100  # an assumption, which the guide says
SERVICES, SERVICE_VCPUS, SERVICE_GB = 3, 0.5, 2  # webserver, daemon and code server as tasks on Fargate


def value(root: str, module: str, name: str, folder: Path = TERRAFORM) -> Any:
    """Give what a root says for a variable of a module, or else the module's default."""
    text = (folder / root / "main.tf").read_text(encoding="utf-8")
    block = re.search(rf'^module "{module}" \{{\n(.*?)^\}}', text, re.MULTILINE | re.DOTALL)
    said = block and re.search(rf"^  {name}\s+= (.+)$", block[1], re.MULTILINE)
    if not said:
        variables = (folder / "modules" / module / "variables.tf").read_text(encoding="utf-8")
        variable = re.search(rf'^variable "{name}" \{{\n(.*?)^\}}', variables, re.MULTILINE | re.DOTALL)
        said = variable and re.search(r"^  default\s+= (.+)$", variable[1], re.MULTILINE)
    if not said:
        raise SystemExit(f"{root} says no {name} for {module}, and the module has no default")
    return json.loads(said[1])


def nodes(root: str, folder: Path) -> tuple[str, int]:
    """Give the kind and number of the nodes that a cluster always has."""
    text = (folder / "modules" / "eks" / "main.tf").read_text(encoding="utf-8")
    found = re.search(r"desired_size = (\d+)", text)
    if found is None:
        raise SystemExit("the cluster says no number of nodes")
    return value(root, "eks", "system_instance_types", folder)[0], int(found[1])


def lines(root: str, folder: Path = TERRAFORM) -> list[tuple[str, float]]:
    """Give what a set-up has, and what each costs a month in US dollars."""
    prices = json.loads(Path(__file__).with_name("setup_prices.json").read_text(encoding="utf-8"))
    steps = list_prices()
    zones = 2 if value(root, "database", "multi_az", folder) else 1
    kind, gigabytes = value(root, "database", "instance_class", folder), value(root, "database", "storage_gb", folder)
    where = "two zones" if zones == 2 else "one zone"
    found = [
        (f"PostgreSQL `{kind}`, {where}", zones * HOURS * prices["database_hour"][kind]["usd"]),
        (f"its disk, {gigabytes} GB", zones * gigabytes * prices["database_gb_month"]["usd"]),
        ("way out of the network (NAT)", HOURS * sum(prices[name]["usd"] for name in
                                                     ("nat_gateway_hour", "public_address_hour"))),
        ("key, the database's secret, 3 alarms", prices["key_month"]["usd"] + prices["secret_month"]["usd"]
         + 3 * prices["alarm_month"]["usd"]),
        (f"lake, {LAKE_GB} GB", LAKE_GB * prices["lake_gb_month"]["usd"]),
    ]  # fmt: skip
    if root == "full":
        node, number = nodes(root, folder)
        found += [
            ("Kubernetes' control plane", HOURS * steps["eks.cluster_hour"]),
            (f"{number} nodes `{node}`, on which the services run", number * HOURS * prices["node_hour"][node]["usd"]),
        ]
    else:
        hour = SERVICE_VCPUS * steps["fargate.vcpu_hour"] + SERVICE_GB * steps["fargate.gb_hour"]
        found.append((f"{SERVICES} services on Fargate, {SERVICE_VCPUS} vCPU and {SERVICE_GB} GB each",
                      SERVICES * HOURS * hour))  # fmt: skip
    return found


def table() -> str:
    """Give the table of both set-ups, in US dollars and the pounds of the price list's assumption."""
    text = ""
    for root in ("small", "full"):
        parts = lines(root)
        total = sum(usd for _, usd in parts)
        rows = [f"| {what} | {usd:,.0f} |" for what, usd in parts]
        head = f"| `{root}` | US dollars a month |\n|---|---:|\n"
        text += (
            head + "\n".join(rows) + f"\n| **together** | **{total:,.0f}** (£{list_prices().pounds(total):,.0f}) |\n\n"
        )
    return text.rstrip() + "\n"


def difference(before: Path) -> str:
    """Give what each set-up costs a month more or less than it did, and what of it changed."""
    text = "| US dollars a month | before | after | difference |\n|---|---:|---:|---:|\n"
    for root in ("small", "full"):
        old, new = dict(lines(root, before)), dict(lines(root))
        whole = {f"**`{root}`**": (sum(old.values()), sum(new.values()))}
        parts = {what: (old.get(what, 0.0), new.get(what, 0.0)) for what in {**old, **new}}
        for what, (was, now) in {**whole, **{what: pair for what, pair in parts.items() if pair[0] != pair[1]}}.items():
            text += f"| {what} | {was:,.0f} | {now:,.0f} | {now - was:+,.0f} |\n"
    return text


def main() -> int:
    """Write the table into the guide, compare it with what stands there, or show a difference."""
    if sys.argv[1:2] == ["--against"]:
        print(difference(Path(sys.argv[2])), end="")
        return 0
    guide = GUIDE.read_text(encoding="utf-8")
    start, end = guide.index(BEGIN) + len(BEGIN), guide.index(END)
    if "--check" in sys.argv[1:]:
        if guide[start:end] != table():
            print("docs/guides/deploy.md has other costs: run deployment/scripts/setup_costs.py", file=sys.stderr)
            return 1
        return 0
    GUIDE.write_text(guide[:start] + table() + guide[end:], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
