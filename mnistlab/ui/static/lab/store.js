/* What the tabs share: your digit, the test digits, and the state in the address bar. */
(function (lab) {
  const listeners = new Set();

  lab.store = {
    /** Your digit as the models see it: 784 bytes, 0 = paper, 255 = ink; null while the pad is blank. */
    digit: null,
    /** "test:17", "ink:..." or null: what `?digit=` says. */
    origin: null,
    /** The true class, where it is known (a test digit). */
    label: null,
    set(digit, { origin = null, label = null } = {}) {
      Object.assign(lab.store, { digit, origin, label });
      for (const listener of listeners) listener(digit);
    },
    /** Call `fn(digit)` at every change. Returns what ends it. */
    subscribe(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    /** Call `fn(digit)` now and at every change, but only while `element` is on screen: what changed
     *  in between is told when its tab is opened. `fn` is not called without a digit. */
    follow(element, fn) {
      let told = null;
      const tell = () => {
        const { digit } = lab.store;
        if (!digit || digit === told || !element.getClientRects().length) return;
        told = digit;
        fn(digit);
      };
      new IntersectionObserver(tell).observe(element);
      lab.store.subscribe(tell);
      tell();
    },
  };

  let classes = null; // of the test digits that travel with the app, a character each
  /** The index of the next test digit of a class after another, round and round; null if the server,
   *  asked once by the first tab that needs it, cannot say. @param ask its function `shelf` */
  lab.nextTestDigit = async (ask, digit, after, status) => {
    classes ??= (await lab.ask(ask, {}, status))?.labels ?? null;
    if (!classes) return null;
    const at = classes.indexOf(String(digit), after + 1);
    const index = at < 0 ? classes.indexOf(String(digit)) : at;
    return index < 0 ? null : index;
  };

  const read = () => new URLSearchParams(window.location.search);
  lab.query = {
    get: (name, otherwise = null) => read().get(name) ?? otherwise,
    /** A number within bounds, or the default: nothing in an address can break the page. */
    number(name, otherwise, low = -Infinity, high = Infinity) {
      const text = read().get(name);
      const value = text === null || text.trim() === "" ? NaN : Number(text);
      return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
    },
    /** Set one value, or several by object; null removes. */
    set(name, value) {
      const query = read();
      const entries = typeof name === "object" ? Object.entries(name) : [[name, value]];
      for (const [key, entry] of entries) {
        if (entry === null || entry === undefined) query.delete(key);
        else query.set(key, entry);
      }
      const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
      const path = window.location.pathname + (text ? "?" + text : "") + window.location.hash;
      try {
        window.history.replaceState(window.history.state, "", path);
      } catch {
        /* a browser may refuse after a hundred changes: the page works on without */
      }
    },
  };
  /** Put the address of what is on screen on the clipboard; true if it is there. */
  lab.copyLink = () => lab.copyText(window.location.href);
  lab.copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  // ?hide=code,models hides every element with that data-panel, and the tabs of that name.
  const hidden = (lab.query.get("hide") || "").split(",").filter((name) => /^[a-z0-9_-]+$/.test(name));
  if (hidden.length) {
    const style = document.createElement("style");
    const selectors = hidden.map((name) => `[data-panel="${name}"], button[data-tab-id="${name}"]`);
    style.textContent = selectors.join(", ") + " { display: none !important; }";
    document.head.append(style);
  }

  const tabButton = (id) => document.querySelector(`[role="tablist"] button[data-tab-id="${id}"]`);
  /** Open a tab by id ("denoise"), as if it had been clicked. */
  lab.openTab = (id) => tabButton(id)?.click();

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('[role="tab"][data-tab-id]');
    if (!button) return;
    lab.query.set("tab", button.dataset.tabId);
    button.scrollIntoView({ block: "nearest", inline: "center" });
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const button = event.target.closest?.('[role="tab"][data-tab-id]');
    if (!step || !button) return;
    const all = [...button.parentElement.querySelectorAll('[role="tab"]')];
    const next = all[(all.indexOf(button) + step + all.length) % all.length];
    next.focus();
    next.click();
    event.preventDefault();
  });
  let opened = false;
  /** Every widget calls this first (`Widget` writes the call): opens the tab that the address names. */
  lab.mount = () => {
    if (opened) return;
    opened = true;
    const wanted = lab.query.get("tab");
    if (!wanted || !/^[a-z_-]+$/.test(wanted)) return;
    let tries = 50;
    const open = () => {
      const button = tabButton(wanted);
      if (button) button.click();
      else if (tries--) setTimeout(open, 40);
    };
    open();
  };
})(window.mnistlab);
