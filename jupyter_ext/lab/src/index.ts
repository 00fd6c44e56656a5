/** The plugins of Notebook Workbench, one for each thing that one does. */

import { analyst } from './plugins/analyst';
import { catalogue } from './plugins/catalogue';
import { documentation } from './plugins/documentation';
import { jobs } from './plugins/jobs';
import { editorMarks } from './plugins/marks';
import { panel } from './plugins/panel';
import { preview } from './plugins/preview';
import { starter } from './plugins/starter';
import { tags } from './plugins/tags';

export default [analyst, tags, editorMarks, panel, preview, jobs, catalogue, documentation, starter];
