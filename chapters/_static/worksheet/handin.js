// The notebook to hand in: downloaded with the answers in it, and read back from a file.

import { make } from "../elements/base.js";
import { answersIn, Unreadable, withAnswers } from "./notebook.js";

export class HandIn {
  constructor(notebook, name, { answers, say }) {
    Object.assign(this, { notebook, answers, say, file: `${name}.ipynb` });
    this.input = make("input", { type: "file", accept: ".ipynb,application/json", hidden: "", "aria-label": "A notebook" });
    this.input.addEventListener("change", () => this.#read(this.input.files[0]));
    this.dialog = make("dialog", { class: "worksheet-dialog", "aria-labelledby": "worksheet-dialog-title" });
    document.body.append(this.input, this.dialog);
  }

  /** What is handed in. */
  get text() {
    return withAnswers(this.notebook, new Map(this.answers.map((answer) => [answer.part.name, answer.text])));
  }

  download() {
    const address = URL.createObjectURL(new Blob([this.text], { type: "application/x-ipynb+json" }));
    make("a", { href: address, download: this.file }).click();
    URL.revokeObjectURL(address);
    this.say(`Downloaded ${this.file}.`);
  }

  choose() {
    this.input.value = "";
    this.input.click();
  }

  async #read(file) {
    if (!file) return;
    try {
      this.#propose(file.name, answersIn(await file.text(), this.notebook));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#open(`${file.name} can’t be read`, [make("p", {}, error.message), make("p", {}, "Your answers stay as they are.")], "Close");
    }
  }

  /** Nothing is replaced before it is agreed to. */
  #propose(name, { answers, missing, twice }) {
    const others = this.answers.filter(({ part, text }) => answers.has(part.name) && answers.get(part.name) !== text);
    const given = others.filter(({ part }) => answers.get(part.name) === part.source);
    const taken = others.filter((answer) => !given.includes(answer));
    const listed = (title, names) => names.length ? [make("p", {}, `${title}: ${names.join(", ")}.`)] : [];
    const named = (list) => list.map(inWords);
    const asked = (names) => named(this.answers.filter(({ part }) => names.includes(part.name)));
    const notes = [
      ...listed("New here", named(taken.filter(({ isFilled }) => !isFilled))),
      ...listed("Replaces what you wrote here", named(taken.filter(({ isFilled }) => isFilled))),
      ...listed("Not answered in the file, so yours stays", named(given)),
      ...listed("Missing in the file, so yours stays", asked(missing)),
      ...listed("More than once in the file; the first is taken", asked(twice)),
    ];
    if (!taken.length) {
      this.#open(`${name} has nothing new`, [make("p", {}, "Its answers are the ones that stand here."), ...notes], "Close");
      return;
    }
    const count = taken.length === 1 ? "1 answer" : `${taken.length} answers`;
    this.#open(`Take ${count} from ${name}?`, [...notes, make("p", {}, "Each can be undone in its editor.")], "Cancel", [`Take ${count}`, () => {
      for (const answer of taken) answer.replace(answers.get(answer.part.name), `Taken from ${name}.`);
      this.say(`Took ${count} from ${name}.`);
    }]);
  }

  #open(title, content, leave, agree) {
    const close = () => this.dialog.close();
    const button = (label, action, look = "") => {
      const made = make("button", { type: "button", class: look }, label);
      made.addEventListener("click", () => (close(), action()));
      return made;
    };
    this.dialog.replaceChildren(make("h2", { id: "worksheet-dialog-title" }, title), ...content,
      make("div", { class: "actions" }, ...(agree ? [button(...agree, "primary")] : []), button(leave, () => {})));
    this.dialog.showModal();
  }
}

const inWords = ({ part }) => ({ written: "your own words", scratch: "room to try things" })[part.role] ?? part.name;
