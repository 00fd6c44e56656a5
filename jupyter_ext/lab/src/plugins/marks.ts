/** Findings where they are: a wavy line under the words in the editor, with the sentence on hover. */

import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, DecorationSet, EditorView } from '@codemirror/view';
import { rangeOf } from '../core/place';
import { IFinding } from '../core/wire';
import { Analyst, IAnalyst } from '../lab/analyst';

const setMarks = StateEffect.define<IFinding[]>();

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, transaction) => {
    let now = before.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) {
        const text = transaction.state.doc.toString();
        const ranges = effect.value.map(one => {
          const { from, to } = rangeOf(text, one.line, one.column);
          const attributes = { title: `${one.code} ${one.message}` };
          const mark = Decoration.mark({ class: `nbw-Mark nbw-mod-${one.severity}`, attributes });
          return mark.range(from, Math.max(to, from + 1));
        });
        now = Decoration.set(
          ranges.filter(one => one.to <= text.length),
          true
        );
      }
    }
    return now;
  },
  provide: field => EditorView.decorations.from(field)
});

export const editorMarks: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:marks',
  description: 'Marks findings in the editors of cells.',
  autoStart: true,
  requires: [IAnalyst],
  activate: (_, analyst: Analyst) => {
    const known = new WeakSet<EditorView>();
    analyst.changed.connect(() => {
      const { panel, analysis } = analyst;
      if (!panel || !analysis) {
        return;
      }
      const byCell = new Map<number, IFinding[]>();
      for (const finding of analysis.findings) {
        if (finding.cell !== null && finding.line !== null) {
          byCell.set(finding.cell, [...(byCell.get(finding.cell) ?? []), finding]);
        }
      }
      panel.content.widgets.forEach((cell, at) => {
        const editor = cell.editor instanceof CodeMirrorEditor ? cell.editor : null;
        const wanted = byCell.get(at + 1) ?? [];
        if (!editor || (!wanted.length && !known.has(editor.editor))) {
          return;
        }
        if (!known.has(editor.editor)) {
          known.add(editor.editor);
          editor.injectExtension(marks);
        }
        editor.editor.dispatch({ effects: setMarks.of(wanted) });
      });
    });
  }
};
