import { LabIcon } from '@jupyterlab/ui-components';

const svg = (body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3" fill="#616161">${body}</g></svg>`;

export const promoteIcon = new LabIcon({
  name: 'notebook-workbench:promote',
  svgstr: svg('<path d="M12 3l7 7h-4v5H9v-5H5z"/><path d="M5 17h14v3H5z"/>')
});

export const catalogueIcon = new LabIcon({
  name: 'notebook-workbench:catalogue',
  svgstr: svg('<path d="M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z"/>')
});

export const documentationIcon = new LabIcon({
  name: 'notebook-workbench:documentation',
  svgstr: svg('<path d="M5 3h11a3 3 0 0 1 3 3v15H7a3 3 0 0 1-3-3V4zM7 17a1.5 1.5 0 0 0 0 3h10v-3zM8 7v2h7V7zM8 11v2h5v-2z"/>')
});
