"use strict";(self.rspackChunknotebook_workbench=self.rspackChunknotebook_workbench||[]).push([["style_index_js"],{"./node_modules/css-loader/dist/cjs.js!./style/base.css"(e,o,n){var t=n("./node_modules/css-loader/dist/runtime/noSourceMaps.js"),r=n.n(t),i=n("./node_modules/css-loader/dist/runtime/api.js"),a=(n.n(i))()(r());a.push([e.id,`/* Colours come from the theme, so that light, dark and high contrast all work; nothing is told by colour alone. */

.nbw-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

/* Badges */

.jp-CellHeader:has(.nbw-Badge:not(.nbw-mod-empty)) {
  height: auto;
}

.nbw-Badge.nbw-mod-empty,
.nbw-mod-noBadges .nbw-Badge:not(:has(form)) {
  display: none;
}

.nbw-Badge {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
  align-items: center;
  padding: 2px 0 2px calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width) + 4px);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  color: var(--jp-ui-font-color0);
}

.nbw-Badge-tag,
.nbw-Badge-compute,
.nbw-Layer {
  box-sizing: border-box;
  display: inline-flex;
  gap: 6px;
  align-items: center;
  min-height: 24px;
  padding: 0 8px;
  white-space: nowrap;
  border: 1px solid var(--jp-ui-font-color2);
  border-radius: 12px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color0);
  font: inherit;
}

.nbw-Badge-tag {
  max-width: 100%;
  cursor: pointer;
}

.nbw-Badge-tag > span:last-child {
  overflow: hidden;
  text-overflow: ellipsis;
}

.nbw-Badge-compute {
  border-style: dashed;
}

.nbw-Layer {
  min-height: 18px;
}

.nbw-mod-bronze {
  border-left: 4px solid #a15c1b;
}

.nbw-mod-silver {
  border-left: 4px solid #6f7b87;
}

.nbw-mod-gold {
  border-left: 4px solid #9a7400;
}

.nbw-Badge form {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  align-items: center;
}

.nbw-Badge-input {
  width: 20em;
  min-height: 24px;
  margin-left: 8px;
}

.nbw-mod-pointed.jp-Cell {
  outline: 2px dashed var(--jp-brand-color1);
  outline-offset: -2px;
}

/* Marks in the editor: shape tells the severity too */

.nbw-Mark {
  text-decoration: underline wavy var(--jp-error-color1);
  text-decoration-skip-ink: none;
}

.nbw-Mark.nbw-mod-warning {
  text-decoration: underline dashed var(--jp-warn-color0);
}

.nbw-Mark.nbw-mod-note {
  text-decoration: underline dotted var(--jp-info-color0);
}

.nbw-mod-noMarks .nbw-Mark {
  text-decoration: none;
}

/* Panels */

.nbw-Panel,
.nbw-Preview {
  padding: 8px 12px;
  overflow: auto;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color0);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.5;
}

.nbw-Panel {
  min-width: 280px;
}

.nbw-Panel h2,
.nbw-Preview h2 {
  margin: 4px 0 8px;
  font-size: var(--jp-ui-font-size2);
  overflow-wrap: anywhere;
}

.nbw-Panel h3 {
  margin: 16px 0 4px;
  padding-top: 8px;
  border-top: 1px solid var(--jp-border-color1);
  font-size: var(--jp-ui-font-size1);
}

.nbw-Panel p,
.nbw-Preview p {
  margin: 4px 0;
}

.nbw-list {
  margin: 0;
  padding: 0;
  list-style: none;
  overflow-wrap: anywhere;
}

.nbw-list > li {
  padding: 6px 0;
}

.nbw-Findings > li {
  margin: 6px 0;
  padding-left: 8px;
  border-left: 3px solid var(--jp-info-color0);
}

.nbw-Findings > li.nbw-mod-error {
  border-left-color: var(--jp-error-color1);
}

.nbw-Findings > li.nbw-mod-warning {
  border-left-style: dashed;
  border-left-color: var(--jp-warn-color0);
}

.nbw-hint,
.nbw-Panel small {
  color: var(--jp-ui-font-color1);
}

.nbw-problem {
  color: var(--jp-ui-font-color0);
  border-left: 3px solid var(--jp-error-color1);
  padding-left: 8px;
}

.nbw-actions {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
  margin: 6px 0;
  align-items: center;
}

.nbw-actions > label {
  max-width: 100%;
}

.nbw-Panel button,
.nbw-Preview button,
.nbw-Panel input,
.nbw-Preview input:not([type='checkbox']),
.nbw-Panel select,
.nbw-Preview select,
.nbw-Badge-input {
  min-height: 24px;
  padding: 2px 8px;
  border: 1px solid var(--jp-ui-font-color2);
  border-radius: 3px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color0);
  font: inherit;
}

.nbw-Panel select,
.nbw-Preview select {
  max-width: 100%;
}

.nbw-Panel button:not(:disabled),
.nbw-Preview button:not(:disabled) {
  cursor: pointer;
}

.nbw-Panel button:hover:not(:disabled),
.nbw-Preview button:hover:not(:disabled) {
  background: var(--jp-layout-color2);
}

.nbw-Panel button:disabled,
.nbw-Preview button:disabled {
  border-style: dotted;
  color: var(--jp-ui-font-color1);
}

.nbw-Panel button.nbw-primary {
  border: 2px solid var(--jp-ui-font-color0);
  font-weight: 600;
}

.nbw-Panel button.nbw-link {
  min-height: 24px;
  padding: 0 2px;
  border: none;
  background: none;
  text-align: left;
  text-decoration: underline;
}

.nbw-Panel :is(button, input, select, summary, [tabindex]):focus-visible,
.nbw-Preview :is(button, input, select, summary, [tabindex]):focus-visible,
.nbw-Badge :is(button, input):focus-visible {
  outline: 2px solid var(--jp-ui-font-color0);
  outline-offset: 1px;
}

[aria-invalid='true'] {
  border-width: 2px;
  border-color: var(--jp-error-color1) !important;
}

.nbw-Panel summary {
  min-height: 24px;
  cursor: pointer;
}

.nbw-Steps summary {
  padding-left: 16px;
  text-indent: -16px;
}

.nbw-Steps summary > * {
  text-indent: 0;
}

.nbw-state {
  display: block;
}

.nbw-facts {
  display: grid;
  grid-template-columns: minmax(6em, 40%) 1fr;
  gap: 2px 12px;
  margin: 6px 0;
}

.nbw-facts dt {
  overflow-wrap: anywhere;
  color: var(--jp-ui-font-color1);
}

.nbw-facts dd {
  margin: 0;
  overflow-wrap: anywhere;
}

.nbw-Panel pre {
  overflow: auto;
  max-height: 300px;
  font-size: var(--jp-code-font-size);
}

.nbw-Panel img {
  max-width: 100%;
}

.nbw-Form-option {
  margin: 8px 0;
}

.nbw-Form-field {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 8px;
  align-items: center;
}

.nbw-Form-field > label,
.nbw-Form-field > span {
  min-width: 9em;
  font-weight: 600;
}

.nbw-Form fieldset {
  border: 1px solid var(--jp-border-color1);
}

.nbw-search input {
  display: block;
  width: 100%;
  box-sizing: border-box;
}

.nbw-table {
  border-collapse: collapse;
}

.nbw-table :is(th, td) {
  padding: 2px 8px;
  border: 1px solid var(--jp-border-color1);
  text-align: left;
}

/* Lineage */

.nbw-Lineage-scroll {
  overflow: auto;
  max-height: 70vh;
}

.nbw-Lineage-node rect {
  fill: var(--jp-layout-color1);
  stroke: var(--jp-ui-font-color1);
  stroke-dasharray: 4 3;
}

.nbw-Lineage-node.nbw-mod-here rect {
  stroke-width: 2;
  stroke-dasharray: none;
}

.nbw-Lineage-node {
  cursor: pointer;
}

.nbw-Lineage text {
  fill: var(--jp-ui-font-color0);
  font-size: 13px;
}

.nbw-Lineage text.nbw-Lineage-layer {
  fill: var(--jp-ui-font-color1);
  font-size: 12px;
}

.nbw-Lineage-edge {
  fill: none;
  stroke: var(--jp-ui-font-color1);
}

.nbw-Lineage-arrow {
  fill: var(--jp-ui-font-color1);
}

/* Code */

.nbw-Code {
  overflow: auto;
  border: 1px solid var(--jp-border-color1);
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
}

.nbw-Code-line {
  display: flex;
  white-space: pre;
}

.nbw-Code-line code {
  color: var(--jp-ui-font-color0);
}

.nbw-Code-number {
  flex: 0 0 4em;
  padding-right: 8px;
  text-align: right;
  color: var(--jp-ui-font-color1);
  user-select: none;
}

.nbw-Code-sign {
  flex: 0 0 1.5em;
}

.nbw-mod-added {
  border-left: 3px solid var(--jp-success-color1);
}

.nbw-mod-removed {
  border-left: 3px dashed var(--jp-error-color1);
}

.nbw-mod-removed code {
  text-decoration: line-through;
}

.nbw-Code-from {
  cursor: pointer;
}

.nbw-Code-from.nbw-mod-pointed,
.nbw-Code-from:focus-visible {
  outline: 2px dashed var(--jp-brand-color1);
  outline-offset: -2px;
}

@media (forced-colors: active) {
  .nbw-Code-from.nbw-mod-pointed,
  .nbw-mod-pointed.jp-Cell {
    outline-color: Highlight;
  }
}

@media (prefers-reduced-motion: reduce) {
  .nbw-Panel *,
  .nbw-Preview * {
    transition: none;
    animation: none;
  }
}

.nbw-Hits button {
  text-align: left;
}

.nbw-Page {
  padding: 8px 24px 24px;
  overflow: auto;
}

.nbw-Page:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}
`,""]),n.d(o,{},{A:a})},"./node_modules/css-loader/dist/runtime/api.js"(e){e.exports=function(e){var o=[];return o.toString=function(){return this.map(function(o){var n="",t=void 0!==o[5];return o[4]&&(n+="@supports (".concat(o[4],") {")),o[2]&&(n+="@media ".concat(o[2]," {")),t&&(n+="@layer".concat(o[5].length>0?" ".concat(o[5]):""," {")),n+=e(o),t&&(n+="}"),o[2]&&(n+="}"),o[4]&&(n+="}"),n}).join("")},o.i=function(e,n,t,r,i){"string"==typeof e&&(e=[[null,e,void 0]]);var a={};if(t)for(var l=0;l<this.length;l++){var d=this[l][0];null!=d&&(a[d]=!0)}for(var s=0;s<e.length;s++){var p=[].concat(e[s]);t&&a[p[0]]||(void 0!==i&&(void 0===p[5]||(p[1]="@layer".concat(p[5].length>0?" ".concat(p[5]):""," {").concat(p[1],"}")),p[5]=i),n&&(p[2]&&(p[1]="@media ".concat(p[2]," {").concat(p[1],"}")),p[2]=n),r&&(p[4]?(p[1]="@supports (".concat(p[4],") {").concat(p[1],"}"),p[4]=r):p[4]="".concat(r)),o.push(p))}},o}},"./node_modules/css-loader/dist/runtime/noSourceMaps.js"(e){e.exports=function(e){return e[1]}},"./node_modules/style-loader/dist/runtime/injectStylesIntoStyleTag.js"(e){var o=[];function n(e){for(var n=-1,t=0;t<o.length;t++)if(o[t].identifier===e){n=t;break}return n}function t(e,t){for(var r={},i=[],a=0;a<e.length;a++){var l=e[a],d=t.base?l[0]+t.base:l[0],s=r[d]||0,p="".concat(d," ").concat(s);r[d]=s+1;var c=n(p),u={css:l[1],media:l[2],sourceMap:l[3],supports:l[4],layer:l[5]};if(-1!==c)o[c].references++,o[c].updater(u);else{var b=function(e,o){var n=o.domAPI(o);return n.update(e),function(o){o?(o.css!==e.css||o.media!==e.media||o.sourceMap!==e.sourceMap||o.supports!==e.supports||o.layer!==e.layer)&&n.update(e=o):n.remove()}}(u,t);t.byIndex=a,o.splice(a,0,{identifier:p,updater:b,references:1})}i.push(p)}return i}e.exports=function(e,r){var i=t(e=e||[],r=r||{});return function(e){e=e||[];for(var a=0;a<i.length;a++){var l=n(i[a]);o[l].references--}for(var d=t(e,r),s=0;s<i.length;s++){var p=n(i[s]);0===o[p].references&&(o[p].updater(),o.splice(p,1))}i=d}}},"./node_modules/style-loader/dist/runtime/insertBySelector.js"(e){var o={};e.exports=function(e,n){var t=function(e){if(void 0===o[e]){var n=document.querySelector(e);if(window.HTMLIFrameElement&&n instanceof window.HTMLIFrameElement)try{n=n.contentDocument.head}catch(e){n=null}o[e]=n}return o[e]}(e);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(n)}},"./node_modules/style-loader/dist/runtime/insertStyleElement.js"(e){e.exports=function(e){var o=document.createElement("style");return e.setAttributes(o,e.attributes),e.insert(o,e.options),o}},"./node_modules/style-loader/dist/runtime/setAttributesWithoutAttributes.js"(e,o,n){e.exports=function(e){var o=n.nc;o&&e.setAttribute("nonce",o)}},"./node_modules/style-loader/dist/runtime/styleDomAPI.js"(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var o=e.insertStyleElement(e);return{update:function(n){var t,r,i;t="",n.supports&&(t+="@supports (".concat(n.supports,") {")),n.media&&(t+="@media ".concat(n.media," {")),(r=void 0!==n.layer)&&(t+="@layer".concat(n.layer.length>0?" ".concat(n.layer):""," {")),t+=n.css,r&&(t+="}"),n.media&&(t+="}"),n.supports&&(t+="}"),(i=n.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(i))))," */")),e.styleTagTransform(t,o,e.options)},remove:function(){var e;null===(e=o).parentNode||e.parentNode.removeChild(e)}}}},"./node_modules/style-loader/dist/runtime/styleTagTransform.js"(e){e.exports=function(e,o){if(o.styleSheet)o.styleSheet.cssText=e;else{for(;o.firstChild;)o.removeChild(o.firstChild);o.appendChild(document.createTextNode(e))}}},"./style/index.js"(e,o,n){var t=n("./node_modules/style-loader/dist/runtime/injectStylesIntoStyleTag.js"),r=n.n(t),i=n("./node_modules/style-loader/dist/runtime/styleDomAPI.js"),a=n.n(i),l=n("./node_modules/style-loader/dist/runtime/insertBySelector.js"),d=n.n(l),s=n("./node_modules/style-loader/dist/runtime/setAttributesWithoutAttributes.js"),p=n.n(s),c=n("./node_modules/style-loader/dist/runtime/insertStyleElement.js"),u=n.n(c),b=n("./node_modules/style-loader/dist/runtime/styleTagTransform.js"),w=n.n(b),f=n("./node_modules/css-loader/dist/cjs.js!./style/base.css"),m={};m.styleTagTransform=w(),m.setAttributes=p(),m.insert=d().bind(null,"head"),m.domAPI=a(),m.insertStyleElement=u(),r()(f.A,m),f.A&&f.A.locals&&f.A.locals}}]);