"use strict";(self.rspackChunknotebook_workbench=self.rspackChunknotebook_workbench||[]).push([[232],{475(e,o,n){var r=n(601),t=n.n(r),a=n(314),i=(n.n(a))()(t());i.push([e.id,`/* Colours come from the theme, so that light, dark and high contrast all work; nothing is told by colour alone. */

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
  cursor: pointer;
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

.nbw-state {
  display: block;
  padding-left: 16px;
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
`,""]),n.d(o,{},{A:i})},314(e){e.exports=function(e){var o=[];return o.toString=function(){return this.map(function(o){var n="",r=void 0!==o[5];return o[4]&&(n+="@supports (".concat(o[4],") {")),o[2]&&(n+="@media ".concat(o[2]," {")),r&&(n+="@layer".concat(o[5].length>0?" ".concat(o[5]):""," {")),n+=e(o),r&&(n+="}"),o[2]&&(n+="}"),o[4]&&(n+="}"),n}).join("")},o.i=function(e,n,r,t,a){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(r)for(var l=0;l<this.length;l++){var d=this[l][0];null!=d&&(i[d]=!0)}for(var p=0;p<e.length;p++){var s=[].concat(e[p]);r&&i[s[0]]||(void 0!==a&&(void 0===s[5]||(s[1]="@layer".concat(s[5].length>0?" ".concat(s[5]):""," {").concat(s[1],"}")),s[5]=a),n&&(s[2]&&(s[1]="@media ".concat(s[2]," {").concat(s[1],"}")),s[2]=n),t&&(s[4]?(s[1]="@supports (".concat(s[4],") {").concat(s[1],"}"),s[4]=t):s[4]="".concat(t)),o.push(s))}},o}},601(e){e.exports=function(e){return e[1]}},72(e){var o=[];function n(e){for(var n=-1,r=0;r<o.length;r++)if(o[r].identifier===e){n=r;break}return n}function r(e,r){for(var t={},a=[],i=0;i<e.length;i++){var l=e[i],d=r.base?l[0]+r.base:l[0],p=t[d]||0,s="".concat(d," ").concat(p);t[d]=p+1;var c=n(s),b={css:l[1],media:l[2],sourceMap:l[3],supports:l[4],layer:l[5]};if(-1!==c)o[c].references++,o[c].updater(b);else{var u=function(e,o){var n=o.domAPI(o);return n.update(e),function(o){o?(o.css!==e.css||o.media!==e.media||o.sourceMap!==e.sourceMap||o.supports!==e.supports||o.layer!==e.layer)&&n.update(e=o):n.remove()}}(b,r);r.byIndex=i,o.splice(i,0,{identifier:s,updater:u,references:1})}a.push(s)}return a}e.exports=function(e,t){var a=r(e=e||[],t=t||{});return function(e){e=e||[];for(var i=0;i<a.length;i++){var l=n(a[i]);o[l].references--}for(var d=r(e,t),p=0;p<a.length;p++){var s=n(a[p]);0===o[s].references&&(o[s].updater(),o.splice(s,1))}a=d}}},659(e){var o={};e.exports=function(e,n){var r=function(e){if(void 0===o[e]){var n=document.querySelector(e);if(window.HTMLIFrameElement&&n instanceof window.HTMLIFrameElement)try{n=n.contentDocument.head}catch(e){n=null}o[e]=n}return o[e]}(e);if(!r)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");r.appendChild(n)}},540(e){e.exports=function(e){var o=document.createElement("style");return e.setAttributes(o,e.attributes),e.insert(o,e.options),o}},56(e,o,n){e.exports=function(e){var o=n.nc;o&&e.setAttribute("nonce",o)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var o=e.insertStyleElement(e);return{update:function(n){var r,t,a;r="",n.supports&&(r+="@supports (".concat(n.supports,") {")),n.media&&(r+="@media ".concat(n.media," {")),(t=void 0!==n.layer)&&(r+="@layer".concat(n.layer.length>0?" ".concat(n.layer):""," {")),r+=n.css,t&&(r+="}"),n.media&&(r+="}"),n.supports&&(r+="}"),(a=n.sourceMap)&&"u">typeof btoa&&(r+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),e.styleTagTransform(r,o,e.options)},remove:function(){var e;null===(e=o).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,o){if(o.styleSheet)o.styleSheet.cssText=e;else{for(;o.firstChild;)o.removeChild(o.firstChild);o.appendChild(document.createTextNode(e))}}},579(e,o,n){var r=n(72),t=n.n(r),a=n(825),i=n.n(a),l=n(659),d=n.n(l),p=n(56),s=n.n(p),c=n(540),b=n.n(c),u=n(113),f=n.n(u),w=n(475),m={};m.styleTagTransform=f(),m.setAttributes=s(),m.insert=d().bind(null,"head"),m.domAPI=i(),m.insertStyleElement=b(),t()(w.A,m),w.A&&w.A.locals&&w.A.locals}}]);