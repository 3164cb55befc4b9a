/* The noise that Noise and Denoise share: one state, one strip of controls, one place in the address. */
(function (lab) {
  const MAX_SEED = 2 ** 32 - 1;
  const percent = (strength) => Math.round(100 * strength) + " %";
  // `level` says the strength in the field's words; `look` is what to try and what to look for
  lab.noises = {
    gaussian: {
      label: "Gaussian",
      level: (strength) => "σ = " + strength.toFixed(2),
      look: "Every pixel moves by a normal draw of its own. Turn it to 0.8: which networks invent ink?",
    },
    salt_and_pepper: {
      label: "Salt and pepper",
      level: (strength) => percent(strength) + " of pixels",
      look: "Pixels turn to paper or ink by chance. The median filter of the Denoise tab was made for this: does it keep up?",
    },
    masking: {
      label: "Masking",
      level: (strength) => percent(strength) + " of pixels",
      look: "Pixels turn to paper by chance. Which networks fill the holes, and which copy them?",
    },
    blur: {
      label: "Blur",
      level: (strength) => "strength " + strength.toFixed(2),
      look: "No chance here: ink spreads. Which networks sharpen a digit they were never asked to sharpen?",
    },
    stroke_erasing: {
      label: "Stroke erasing",
      level: (strength) => percent(strength) + " of the ink",
      look: "A part of the stroke goes missing. Which networks bridge the gap, and do they write your digit?",
    },
  };

  const kind = lab.query.get("kind");
  let state = {
    kind: Object.hasOwn(lab.noises, kind ?? "") ? kind : "gaussian",
    strength: lab.query.number("noise", 0.5, 0, 1),
    seed: Math.round(lab.query.number("seed", 7, 0, MAX_SEED)),
  };
  const listeners = new Set();
  let timer = 0;

  lab.noise = {
    /** {kind, strength, seed} as they are now; another object after each change. */
    get now() {
      return state;
    },
    set(changes) {
      const before = state;
      state = { ...state, ...changes };
      for (const listener of listeners) listener(state, before);
      clearTimeout(timer); // a browser minds a hundred addresses a minute
      timer = setTimeout(() => {
        lab.query.set({ kind: state.kind, noise: state.strength, seed: state.seed });
      }, 150);
    },
    /** Call `fn(now, before)` at every change. */
    subscribe: (fn) => listeners.add(fn),
    /** Call `ask({digit, kind, strength, seed})` now and at every change of your digit or of the noise, but
     *  only while `element` is on screen; `blank()` when there is no digit. */
    follow(element, ask, blank) {
      let told = {};
      const tell = () => {
        const { digit } = lab.store;
        if (!element.getClientRects().length) return;
        if (told.digit === digit && told.state === state) return;
        told = { digit, state };
        if (digit) ask({ digit: lab.toBase64(digit), ...state });
        else blank();
      };
      new IntersectionObserver(tell).observe(element);
      lab.store.subscribe(tell);
      listeners.add(tell);
      tell();
    },
    /** Put the controls into `element`; those of all tabs show the one state. */
    strip(element, name) {
      element.classList.add("lab-noise");
      element.dataset.panel = "noise_controls";
      element.innerHTML = `
        <fieldset class="lab-choice"><legend class="lab-hear">Kind of noise</legend>${Object.entries(lab.noises)
          .map(([id, { label }]) => `<label><input type="radio" name="${name}" value="${id}"><span>${label}</span></label>`)
          .join("")}</fieldset>
        <p class="lab-quiet look"></p>
        <label class="lab-control strength"><span class="lab-label"><span>Strength</span><output class="lab-figure"></output></span>
          <input type="range" min="0" max="1" step="0.01"></label>
        <div class="seed"><label>Seed <input type="number" min="0" max="${MAX_SEED}" step="1" inputmode="numeric"></label>
          <button type="button">New noise</button></div>
        <p class="lab-quiet again">Same seed, same noise.</p>`;
      const find = (selector) => element.querySelector(selector);
      const [slider, seed] = [find("input[type=range]"), find("input[type=number]")];
      const show = () => {
        const { label, level, look } = lab.noises[state.kind];
        find(`[value="${state.kind}"]`).checked = true;
        slider.value = state.strength;
        slider.setAttribute("aria-valuetext", `${label}, ${level(state.strength)}`);
        find("output").textContent = level(state.strength);
        find(".look").textContent = look;
        seed.disabled = find("button").disabled = state.kind === "blur"; // nothing is drawn by chance
        if (document.activeElement !== seed) seed.value = state.seed;
      };
      element.addEventListener("change", ({ target }) => {
        if (target.type === "radio") lab.noise.set({ kind: target.value });
        if (target === seed) seed.value = state.seed; // what cannot be a seed goes back to the last that was
      });
      slider.addEventListener("input", () => lab.noise.set({ strength: Number(slider.value) }));
      seed.addEventListener("input", () => {
        const wanted = seed.value === "" ? NaN : Number(seed.value);
        if (Number.isInteger(wanted) && wanted >= 0 && wanted <= MAX_SEED) lab.noise.set({ seed: wanted });
      });
      find("button").addEventListener("click", () => {
        const other = Math.floor(Math.random() * 9999);
        lab.noise.set({ seed: other < state.seed ? other : other + 1 }); // never the one that is there
      });
      listeners.add(show);
      show();
    },
    /** "Download this result" of either tab. @param question the function of `mnistlab.inference.noising`. */
    save(question, { request, answer, pictures }) {
      const snippet = `"""Repeat result.json: the same noise on the same digit."""
import base64
import json

import numpy as np
from mnistlab import Lab
from mnistlab.inference.noising import add_noise, ${question}

record = json.load(open("result.json"))
pixels = np.frombuffer(base64.b64decode(record["digit"]), np.uint8)
clean = pixels.reshape(28, 28).astype("float32") / 255
noisy = add_noise(clean, record["kind"], record["strength"], record["seed"])
lab = Lab.load()  # the weights of the record: see "weights"
for name, row in ${question}(lab, clean, noisy)["rows"].items():
    print(name, {key: value for key, value in row.items() if key != "picture"})
`;
      const { picture, rows, ...rest } = answer;
      const figures = Object.entries(rows).map(([id, { picture, ...row }]) => [id, row]);
      const record = { ...request, ...rest, rows: Object.fromEntries(figures) };
      return lab.saveResult("mnistlab-noise", { pictures, record, snippet, sheet: { columns: 5 } });
    },
  };
})(window.mnistlab);
