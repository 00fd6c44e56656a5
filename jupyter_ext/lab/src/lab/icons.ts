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
