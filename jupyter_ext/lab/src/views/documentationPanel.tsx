/** The search of the documentation as a panel of the side bar. */

import * as React from 'react';
import { ReactWidget } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { DocumentationView } from './documentation';

export class Documentation extends ReactWidget {
  constructor(
    private readonly analyst: Analyst,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.id = 'notebook-workbench-documentation';
    this.addClass('nbw-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', analyst.trans.__('Documentation'));
    this.title.caption = analyst.trans.__('Documentation: search and read');
  }

  render(): JSX.Element {
    return <DocumentationView analyst={this.analyst} commands={this.commands} />;
  }
}
