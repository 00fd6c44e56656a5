// Reads a list of manifests from stdin and writes, for each, what its custom kind's schema has against it.
//
// The schemas are functions and let unknown fields pass, as Kubernetes' own do, which then drops them. So each field that
// the function reads is noted: one that it never looked at is one that the kind does not know.
import { readFileSync } from "node:fs";

function watched(value, path, seen) {
  if (value === null || typeof value !== "object") return value;
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === "string" && Object.hasOwn(target, name)) seen.add(`${path}/${name}`);
      return Object.hasOwn(target, name) ? watched(target[name], `${path}/${name}`, seen) : target[name];
    },
  });
}

function* fields(value, path = "") {
  if (value === null || typeof value !== "object") return;
  for (const [name, inner] of Object.entries(value)) {
    yield `${path}/${name}`;
    yield* fields(inner, `${path}/${name}`);
  }
}

async function problems(manifest) {
  const [group, version] = manifest.apiVersion.split("/");
  const library = group === "external-secrets.io" ? "external-secrets" : "karpenter";
  const known = await import(`@kubernetes-models/${library}/${group}/${version}`);
  if (known[manifest.kind] === undefined) return [`${manifest.apiVersion} has no ${manifest.kind}`];
  const seen = new Set();
  try {
    known[manifest.kind].prototype.validate.call(watched(manifest, "", seen));
  } catch (error) {
    return [error.message];
  }
  return [...fields(manifest)].filter((field) => !seen.has(field)).map((field) => `${field} is unknown`);
}

const manifests = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(manifests.map(problems))));
