// One vocabulary for Python and TypeScript: the front end is built with copies of the files that Python reads.
import { copyFileSync, mkdirSync } from 'node:fs';

const root = new URL('../../../', import.meta.url);
const target = new URL('../src/data/', import.meta.url);
mkdirSync(target, { recursive: true });
copyFileSync(new URL('promote/vocabulary.json', root), new URL('vocabulary.json', target));
for (const name of ['limits.json', 'engines.json']) {
  copyFileSync(new URL(`platform_core/compute_kinds/${name}`, root), new URL(name, target));
}
