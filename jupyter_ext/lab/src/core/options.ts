/** The form of a step's options: which fields there are, and what a field's text means. The compiler checks the rest. */

import engines from '../data/engines.json';
import limits from '../data/limits.json';
import vocabulary from '../data/vocabulary.json';

export interface IField {
  key: string;
  type: string;
  help: string;
  choices: string[];
  minimum?: number;
  maximum?: number;
  /** The fields of a value that is a mapping, such as `compute`. */
  fields: IField[];
}

interface ISpec {
  type: string;
  help?: string;
  choices?: (string | number)[];
  minimum?: number;
  maximum?: number;
  roles?: string[];
  for?: string[];
}

const KINDS: Record<string, { fields: Record<string, ISpec> }> = { ...limits.kinds, ...engines.kinds };

function field(key: string, spec: ISpec, fields: IField[] = []): IField {
  return {
    key,
    type: spec.type,
    help: spec.help ?? '',
    choices: (spec.choices ?? []).map(String),
    minimum: spec.minimum,
    maximum: spec.maximum,
    fields
  };
}

function mapping(specs: Record<string, ISpec>): IField[] {
  return Object.entries(specs).map(([key, spec]) => field(key, spec));
}

/** Give the fields of a step's form, in the vocabulary's order; `value` decides what `compute` and `partitions` ask. */
export function fieldsOf(value: Record<string, unknown>): IField[] {
  const options = vocabulary.options as Record<string, ISpec>;
  return Object.entries(options)
    .filter(([, spec]) => (spec.roles ?? ['step']).includes('step'))
    .map(([key, spec]) => {
      const inside = (value[key] ?? {}) as Record<string, unknown>;
      if (spec.type === 'compute') {
        const kind = String(inside.kind ?? '');
        const named = field('kind', { type: 'choice', choices: vocabulary.compute });
        return field(key, spec, [named, ...mapping(KINDS[kind]?.fields ?? {})]);
      }
      if (spec.type === 'partitions') {
        const by = String(inside.by ?? '');
        const asked = Object.entries(vocabulary.partitions as Record<string, ISpec>);
        const wanted = asked.filter(([name, one]) => name === 'by' || (by !== '' && (one.for ?? [by]).includes(by)));
        return field(key, spec, mapping(Object.fromEntries(wanted)));
      }
      if (spec.type === 'freshness') {
        return field(key, spec, mapping(vocabulary.freshness as Record<string, ISpec>));
      }
      return field(key, spec);
    });
}

const LISTS = ['texts', 'names', 'checks', 'owners'];
const NUMBERS = ['integer', 'number'];

/** Give the text that a field shows for a value. */
export function shown(type: string, value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (LISTS.includes(type) && Array.isArray(value) && value.every(one => typeof one === 'string')) {
    return value.join(', ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Give the value that a field's text means; undefined where the field was emptied. */
export function meant(type: string, text: string, numeric = false): unknown {
  const plain = text.trim();
  if (plain === '') {
    return undefined;
  }
  if (type === 'boolean') {
    return plain === 'true';
  }
  if (NUMBERS.includes(type) || numeric) {
    return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : plain;
  }
  if (/^[[{]/.test(plain)) {
    try {
      return JSON.parse(plain);
    } catch {
      return plain;
    }
  }
  if (LISTS.includes(type)) {
    const parts = plain.split(',').map(one => one.trim());
    const named = parts.filter(one => one !== '');
    return type === 'owners' && named.length === 1 ? named[0] : named;
  }
  return plain;
}

/** Give the options with one value changed, or taken out; an empty mapping goes too. */
export function changed(options: Record<string, unknown>, path: string[], value: unknown): Record<string, unknown> {
  const [key, ...rest] = path;
  const next = rest.length ? changed((options[key] ?? {}) as Record<string, unknown>, rest, value) : value;
  const gone = next === undefined || (rest.length > 0 && Object.keys(next as object).length === 0);
  const others = Object.fromEntries(Object.entries(options).filter(([name]) => name !== key));
  if (gone) {
    return others;
  }
  return Object.keys(options).includes(key)
    ? Object.fromEntries(Object.entries(options).map(([name, old]) => [name, name === key ? next : old]))
    : { ...others, [key]: next };
}
