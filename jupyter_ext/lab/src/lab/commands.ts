/** The panel "Promote" among JupyterLab's widgets. */
export const PANEL = 'notebook-workbench-panel';

/** The names of all that can be done. */
export const ID = {
  tag: 'notebook-workbench:tag-cell',
  untag: 'notebook-workbench:untag-cell',
  menu: 'notebook-workbench:tag-menu',
  runStep: 'notebook-workbench:run-step',
  next: 'notebook-workbench:next-step',
  previous: 'notebook-workbench:previous-step',
  options: 'notebook-workbench:step-options',
  panel: 'notebook-workbench:show-panel',
  goTo: 'notebook-workbench:go-to',
  nextFinding: 'notebook-workbench:next-finding',
  fix: 'notebook-workbench:apply-fix',
  suggest: 'notebook-workbench:suggest-steps',
  preview: 'notebook-workbench:preview',
  promote: 'notebook-workbench:promote',
  stop: 'notebook-workbench:stop',
  pull: 'notebook-workbench:pull',
  materialise: 'notebook-workbench:materialise',
  catalogue: 'notebook-workbench:show-catalogue',
  insert: 'notebook-workbench:insert-asset',
  documentation: 'notebook-workbench:search-documentation',
  page: 'notebook-workbench:read-page',
  starter: 'notebook-workbench:new-notebook'
} as const;
