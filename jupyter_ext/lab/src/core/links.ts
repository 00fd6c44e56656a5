/** Links between pages of the documentation. */

/** Give the page that a link on another page leads to, null where it leads out of the documentation. */
export function pageOf(from: string, link: string): string | null {
  const path = decodeURIComponent(link.split('#')[0]);
  if (/^[a-z][a-z+.-]*:|^\/|\\/i.test(link) || (path && !path.endsWith('.md'))) {
    return null;
  }
  if (!path) {
    return from;
  }
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') {
      if (!parts.length) {
        return null;
      }
      parts.pop();
    } else if (part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}
