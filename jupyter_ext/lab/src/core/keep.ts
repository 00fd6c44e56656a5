/** What came anew and is as before stays the very object that it was, so that nothing is drawn again for it. */

/** Give `after` with every part of it that `before` has alike taken from there. `after` is JSON of its own, and changed. */
export function keep<T>(before: unknown, after: T): T {
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    return after;
  }
  const keys = Object.keys(after);
  let same = keys.length === Object.keys(before).length;
  const parts: Record<string, unknown> = after;
  for (const key of keys) {
    parts[key] = keep(before[key], parts[key]);
    same &&= key in before && parts[key] === before[key];
  }
  return (same ? before : after) as T;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
