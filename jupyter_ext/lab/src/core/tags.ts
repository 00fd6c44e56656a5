/** The tag language, by the vocabulary that Python reads too: which role a cell has, and what a new tag may be. */

import vocabulary from '../data/vocabulary.json';

export const LAYERS: readonly string[] = vocabulary.layers;
const ROLES = vocabulary.roles as Record<string, { named: boolean; help: string }>;
const NAME = new RegExp(`^(?:${vocabulary.name.pattern})$`);

export interface IRole {
  /** `step`, or a word of the vocabulary such as `check` or `parameters`. */
  kind: string;
  layer: string;
  name: string;
  tag: string;
}

/** Give the role that one tag gives a cell, null where it is none of ours. */
export function roleOfTag(tag: string): IRole | null {
  if (LAYERS.includes(tag)) {
    return { kind: 'step', layer: tag, name: '', tag };
  }
  const colon = tag.indexOf(':');
  const word = colon < 0 ? tag : tag.slice(0, colon);
  const name = colon < 0 ? '' : tag.slice(colon + 1);
  if (LAYERS.includes(word)) {
    return { kind: 'step', layer: word, name, tag };
  }
  const role = ROLES[word];
  return role && role.named === colon >= 0 ? { kind: word, layer: '', name, tag } : null;
}

/** Give the role that a cell's tags give it: the first that is ours. */
export function roleOf(tags: readonly string[]): IRole | null {
  for (const tag of tags) {
    const role = roleOfTag(tag);
    if (role) {
      return role;
    }
  }
  return null;
}

/** Give a cell's tags with another role, or with none; other tools' tags stay where they are. */
export function withRole(tags: readonly string[], tag: string): string[] {
  const others = tags.filter(one => roleOfTag(one) === null);
  return tag ? [...others, tag] : others;
}

export type TagProblem = 'empty' | 'word' | 'unnamed' | 'name' | 'long' | 'reserved' | null;

/** Say what is wrong with a tag as one types it; the compiler has the last word. */
export function tagProblem(tag: string): TagProblem {
  if (!tag) {
    return 'empty';
  }
  const role = roleOfTag(tag);
  if (!role) {
    return 'word';
  }
  if (LAYERS.includes(tag) || (ROLES[tag] && !ROLES[tag].named)) {
    return null;
  }
  if (!role.name) {
    return 'unnamed';
  }
  if (role.name.length > vocabulary.name.longest) {
    return 'long';
  }
  if (!NAME.test(role.name)) {
    return 'name';
  }
  const starts = vocabulary.name.reserved_prefixes.some(start => role.name.startsWith(start));
  return starts || vocabulary.name.reserved.includes(role.name) ? 'reserved' : null;
}

/** Give the tags that are offered: plain roles, known steps, and what belongs to each step. */
export function offered(known: readonly string[]): string[] {
  const plain = Object.keys(ROLES).filter(word => !ROLES[word].named && word !== 'injected-parameters');
  const named = Object.keys(ROLES).filter(word => ROLES[word].named);
  const steps = [...new Set(known)].filter(tag => roleOfTag(tag)?.kind === 'step');
  const about = steps.flatMap(tag => named.map(word => `${word}:${roleOfTag(tag)!.name}`));
  return [...steps, ...plain, ...about];
}

/** Give the positions (from 0) of the cells that carry a tag. */
export function cellsOf(tags: readonly (readonly string[])[], tag: string): number[] {
  return tags.flatMap((each, at) => (roleOf(each)?.tag === tag ? [at] : []));
}

/** Give the first cell of the next step (or, backwards, of the one before) seen from a cell; -1 where there is none. */
export function neighbour(tags: readonly (readonly string[])[], from: number, by: 1 | -1): number {
  const steps = tags.map(each => (roleOf(each)?.kind === 'step' ? roleOf(each)!.tag : ''));
  const first = steps.map((tag, at) => tag !== '' && steps.indexOf(tag) === at);
  for (let at = from + by; at >= 0 && at < steps.length; at += by) {
    if (first[at] && steps[at] !== steps[from]) {
      return at;
    }
  }
  return -1;
}
