// What a student wrote, kept in this browser. Nothing is lost in silence: `trouble` says when it is
// not kept.

/** Texts by key, in localStorage: written at once, seen by other tabs, still there after a crash.
 *
 * What can't be kept lives on in this page, and `onTrouble` is called with a sentence, or with null
 * when all is kept again.
 */
export class Store {
  constructor(prefix, { onTrouble = () => {}, onElsewhere = () => {} } = {}) {
    this.prefix = prefix;
    this.unkept = new Map();
    this.onTrouble = onTrouble;
    this.trouble = null;
    addEventListener("storage", ({ key, newValue }) => {
      if (key?.startsWith(prefix)) onElsewhere(key.slice(prefix.length), newValue);
    });
  }

  get(key) {
    if (this.unkept.has(key)) return this.unkept.get(key);
    try {
      return localStorage.getItem(this.prefix + key);
    } catch {
      return null;
    }
  }

  /** Keep a text; null forgets it. */
  set(key, text) {
    this.unkept.delete(key);
    try {
      this.#writeWithRoom(key, text);
      // What did not fit before may fit now.
      for (const [other, waiting] of this.unkept) {
        this.#write(other, waiting);
        this.unkept.delete(other);
      }
      this.#say(null);
    } catch (error) {
      this.unkept.set(key, text);
      this.#say(error.name === "QuotaExceededError"
        ? "This browser’s storage is full"
        : "This browser keeps nothing for this page (a private window or its settings forbid it)");
    }
  }

  /** Keep what can be done without, such as what can be undone; where there is no room, don't. */
  setIfRoom(key, text) {
    try {
      this.#write(key, text);
    } catch {
      this.#forget(key);
    }
  }

  keys() {
    try {
      const all = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      return all.map((key) => key.slice(this.prefix.length));
    } catch {
      return [...this.unkept.keys()];
    }
  }

  /** What can be undone gives way to what was written. */
  #writeWithRoom(key, text) {
    try {
      this.#write(key, text);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      this.keys().filter((other) => other.startsWith("undo/")).forEach((other) => this.#forget(other));
      this.#write(key, text);
    }
  }

  #write(key, text) {
    if (text === null) localStorage.removeItem(this.prefix + key);
    else localStorage.setItem(this.prefix + key, text);
  }

  #forget(key) {
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // Nothing was kept.
    }
  }

  #say(trouble) {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.onTrouble(trouble);
  }
}
