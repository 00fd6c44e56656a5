// @vitest-environment jsdom
import { YNotebook } from '@jupyter/ydoc';
import { describe, expect, it, vi } from 'vitest';
import { applyFixed } from '../src/lab/cells';

// They load all of JupyterLab, which jsdom cannot; only their types are used here
vi.mock('../src/lab/focus', () => ({ focusCell: () => undefined }));

describe('a fix', () => {
  it('may make a cell, and one undo of the notebook takes all of it back', () => {
    const shared = YNotebook.create({ disableDocumentWideUndoRedo: true }); // as JupyterLab has it
    const cell = (source: string, tags: string[] = []) => ({ cell_type: 'code' as const, source, metadata: { tags } });
    shared.insertCells(0, [cell('a = 1\na.write()', ['silver:a']), cell('b = 2'), cell('c = 3')]);
    shared.clearUndoHistory();
    const sources = () => shared.cells.map(one => [one.getSource(), one.getMetadata('tags')]);
    const before = sources();
    const fixed = (position: number, source: string, tags: string[], made: boolean) => ({ position, source, tags, options: null, made });
    applyFixed({ sharedModel: shared } as never, [fixed(1, 'a = 1', ['silver:a'], false), fixed(2, 'a.write()', [], true), fixed(4, 'c = 4', ['helpers'], false)]);
    expect(sources()).toEqual([['a = 1', ['silver:a']], ['a.write()', undefined], ['b = 2', []], ['c = 4', ['helpers']]]);
    shared.undo();
    expect(sources()).toEqual(before);
  });
});
