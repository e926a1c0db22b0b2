// The editor of answers and of cells to try: CodeMirror with what these need, and no more.

import { defaultKeymap, history, historyField, historyKeymap, indentWithTab, isolateHistory, undo }
  from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, LanguageSupport, syntaxHighlighting }
  from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder as inPlace } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

// The classes of Pygments, so that code which is written looks like the book's code in both themes.
const pygments = tagHighlighter([
  { tag: tags.keyword, class: "k" },
  { tag: tags.moduleKeyword, class: "kn" },
  { tag: tags.operatorKeyword, class: "ow" },
  { tag: [tags.bool, tags.null], class: "kc" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "nf" },
  { tag: tags.definition(tags.className), class: "nc" },
  { tag: tags.number, class: "mi" },
  { tag: tags.string, class: "s1" },
  { tag: tags.comment, class: "c1" },
  { tag: [tags.operator, tags.derefOperator, tags.definitionOperator], class: "o" },
  { tag: tags.meta, class: "nd" },
]);

const python = [
  new LanguageSupport(pythonLanguage),
  syntaxHighlighting(pygments),
  indentUnit.of("    "),
  indentOnInput(),
  bracketMatching(),
  lineNumbers(),
];

const look = EditorView.theme({
  "&.cm-focused": { outline: "none" },
  // Code that is scrolled passes below the numbers of its lines.
  ".cm-scroller, .cm-gutters": { background: "inherit" },
  ".cm-scroller": { fontFamily: "var(--pst-font-family-monospace)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--pst-color-text-base)", padding: "0.6rem 0" },
  ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
  ".cm-gutters": { border: "none", color: "var(--pst-color-text-muted)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    background: "color-mix(in srgb, var(--pst-color-primary) 25%, transparent)",
  },
});

/** An editor in `parent`. Tab indents; Escape, then Tab, leaves it.
 *
 * @param {object} options
 * @param {Element} options.parent where it stands
 * @param {string} options.text what it holds at first
 * @param {string} options.label its name for screen readers
 * @param {string} [options.describedBy] the id of what screen readers say of it besides
 * @param {string} [options.placeholder] what an empty editor shows
 * @param {"python" | "text"} [options.language] "text" wraps its lines
 * @param {object} [options.state] what `state()` gave before: changes made then can be undone
 * @param {(text: string) => void} [options.onChange] called at each change, its own and `replace`'s
 * @param {() => void} [options.onRun] called at Ctrl + Enter and Shift + Enter
 * @param {() => {top: number, bottom: number}} [options.margins] what covers the window's edges
 */
export function editor({ parent, text, label, describedBy, placeholder = "", language = "python", state,
                         onChange = () => {}, onRun = () => {}, margins = () => null }) {
  const run = () => (onRun(), true);
  const config = {
    doc: text,
    extensions: [
      // Before CodeMirror's own: Mod-Enter would insert a line.
      keymap.of([{ key: "Ctrl-Enter", mac: "Cmd-Enter", run }, { key: "Shift-Enter", run }]),
      keymap.of([indentWithTab, ...historyKeymap, ...defaultKeymap]),
      history(),
      language === "python" ? python : EditorView.lineWrapping,
      inPlace(placeholder),
      look,
      EditorView.scrollMargins.of(margins),
      EditorView.editorAttributes.of({ class: "highlight" }),
      EditorView.contentAttributes.of({
        "aria-label": label,
        tabindex: "0", // it has the focus by itself; this says so to checks of accessibility
        ...(describedBy && { "aria-describedby": describedBy }),
        ...(language === "text" && { spellcheck: "true", autocapitalize: "sentences" }),
      }),
      EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
    ],
  };
  const view = new EditorView({ parent, state: restored(state, text, config) });
  return {
    get text() { return view.state.doc.toString(); },
    get focused() { return view.hasFocus; },
    /** All of the text, in one step that can be undone. */
    replace(insert) {
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert },
        selection: { anchor: Math.min(view.state.selection.main.anchor, insert.length) },
        annotations: isolateHistory.of("full"),
      });
    },
    undo: () => undo(view),
    focus: () => view.focus(),
    /** What `state` takes: text, selection and the changes that can be undone, as plain data. */
    state: () => view.state.toJSON({ history: historyField }),
  };
}

function restored(state, text, config) {
  try {
    // Changes that lead to another text than this one can't be undone.
    if (state?.doc === text) return EditorState.fromJSON(state, config, { history: historyField });
  } catch {
    // Kept by another version, or cut off: the text is what counts.
  }
  return EditorState.create(config);
}
