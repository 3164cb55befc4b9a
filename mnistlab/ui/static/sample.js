const find = (selector) => element.querySelector(selector);
const make = (tag, className, parent, html = "") => {
  const node = document.createElement(tag);
  node.className = className;
  node.innerHTML = html;
  parent.append(node);
  return node;
};
const put = (node, text) => node.textContent !== text && (node.textContent = text);
const press = (buttons, chosen) =>
  buttons.forEach((button) => button.setAttribute("aria-pressed", button.value === String(chosen)));
const COUNTS = [16, 36, 64, 100];
const NAMES = { real: "Real digits", vae: "VAE", gan: "GAN", vae_2d: "2-D VAE" };
const HOW = {
  real: (digit) => (digit === null ? "Drawn from MNIST's test set." : `Test digits of class ${digit}.`),
  gan: (digit) => (digit === null ? "Asked for each class as often as MNIST has it." : `Asked for ${digit}.`),
};
const picked = (digit) =>
  digit === null ? "Decoded from random codes." : `Decoded from random codes; the referee picked what reads ${digit}.`;
const KINDS = { training: "training digits", test: "test digits" }; // where the nearest is looked for
const FIGURES = { frechet_ratio: "Fréchet ratio", coverage: "coverage", memorisation_ratio: "memorisation ratio" };

const SNIPPET = `"""Repeat result.json: draw the same digits again."""
import json

from mnistlab import Lab

record = json.load(open("result.json"))
lab = Lab.load()  # the weights of the record: see "weights"
for model in ("vae", "gan", "vae_2d"):
    images = lab.sample(
        model, record["count"], record["seed"], temperature=record["temperature"], digit=record["digit"]
    )
    print(model, lab.classify(images).argmax(axis=1))
`;

// what is asked for
const seed = find(".seed");
const temperature = find(".temperature");
const wanted = find(".class");
wanted.innerHTML = '<option value="">any</option>';
for (let digit = 0; digit < 10; digit++) make("option", "", wanted, String(digit)).value = digit;
seed.value = Math.round(lab.query.number("seed", 0, 0, 2 ** 32 - 1));
temperature.value = lab.query.number("temperature", 1, 0, 2);
wanted.value = /^[0-9]$/.test(lab.query.get("class")) ? lab.query.get("class") : "";
let nearest = lab.query.get("show") === "nearest"; // on the sheets, instead of the draws
find(`[name="sample-show"][value="${nearest ? "nearest" : "draws"}"]`).checked = true;
let count = COUNTS.find((n) => n === lab.query.number("count", 36)) ?? 36;
const digitWanted = () => (wanted.value === "" ? null : Number(wanted.value));
const draw = () => ({ seed: Number(seed.value), temperature: Number(temperature.value), digit: digitWanted() });

const sources = Object.keys(NAMES).map(source);
function source(id) {
  const colour = id === "real" ? "var(--accent)" : lab.colour(id);
  const card = make("article", "source", find(".sources"), `
    <h2><i class="lab-swatch" style="color:${colour}"></i>${NAMES[id]}</h2>
    <p class="lab-status" role="status" aria-live="polite"></p><p class="how lab-quiet"></p><div class="sheet"></div>
    <div class="look" data-panel="nearest">
      <figure><canvas class="lab-digit"></canvas><figcaption></figcaption></figure>
      <figure><canvas class="lab-digit"></canvas><figcaption></figcaption></figure><p></p></div>
    <div data-panel="classes"><div class="bars" role="img" style="--tint:${colour}"></div></div>
    <dl data-panel="classes"></dl>`);
  card.dataset.source = card.dataset.panel = id;
  const [mine, nearby] = card.querySelectorAll(".look figure");
  const status = lab.status(card.querySelector(".lab-status"));
  const bars = Array.from({ length: 10 }, (_, digit) =>
    make("span", "", card.querySelector(".bars"), `<div><i></i><i></i></div>${digit}`));
  const view = { id, card, status, bars, drawn: null, counted: null };
  for (const figure of [mine, nearby]) lab.paintBlank(figure.firstChild, "nothing yet");

  view.grid = lab.grid(card.querySelector(".sheet"), {
    name: NAMES[id],
    onPick(i) {
      const { answer, draws, near } = view.drawn;
      const what = id === "real" ? "test digit" : "sample";
      const sure = lab.percent(100 * answer.confidence[i]).replace(" ", "\u00a0");
      const kind = KINDS[answer.kind];
      lab.paintDigit(mine.firstChild, draws.subarray(i * 784, i * 784 + 784), `${NAMES[id]}, ${what} ${i + 1}: reads ${answer.read_as[i]}`);
      mine.lastChild.innerHTML = `reads <b>${answer.read_as[i]}</b> ${sure}`;
      lab.paintDigit(nearby.firstChild, near.subarray(i * 784, i * 784 + 784), `the nearest of the ${kind}, a ${answer.nearest_label[i]}`);
      nearby.lastChild.innerHTML = `a <b>${answer.nearest_label[i]}</b>, ${lab.two(answer.distance[i])} away`;
      const among = lab.count(answer.among) + (id === "real" && answer.kind === "test" ? " other" : "");
      const mean = answer.distance.reduce((sum, d) => sum + d, 0) / answer.distance.length;
      put(card.querySelector(".look p"), `${what} ${i + 1}, and the nearest of ${among} ${kind}; ${lab.two(mean)} away on average over the sheet`);
      const told = [mine, nearby].map((figure) => figure.lastChild.textContent).join("; nearest ");
      if (card.contains(document.activeElement)) put(find(".heard"), `${what} ${i + 1}: ${told}`);
    },
  });
  view.fill = () => {
    if (!view.drawn) return;
    const { answer, draws, near } = view.drawn;
    const [kind, size] = [KINDS[answer.kind], answer.read_as.length];
    put(find(".beside .near"), "Nearest " + kind);
    if (nearest) view.grid.show(near, `${NAMES[id]}: the ${kind} nearest to ${size} draws, ${answer.nearest_label.join(" ")}`);
    else view.grid.show(draws, `${NAMES[id]}: ${size} digits, the referee reads ${answer.read_as.join(" ")}`);
  };
  view.ask = lab.caller(server.sheet, {
    status,
    show(answer, request) {
      view.drawn = { answer, request, draws: lab.unpack(answer.pictures), near: lab.unpack(answer.nearest) };
      put(card.querySelector(".how"), (HOW[id] ?? picked)(request.digit));
      view.fill();
    },
  });
  view.count = lab.caller(server.tally, {
    status,
    show(answer, { digit }) {
      const any = digit !== null && id.startsWith("vae"); // it cannot be asked for a class
      view.counted = { ...answer, what: any ? "draws read, any class" : "draws read" };
      showCounts();
    },
  });
  return view;
}

/** One scale for all, so that bars can be compared from column to column. */
function showCounts() {
  const told = sources.filter((view) => view.counted);
  const top = Math.max(0.2, ...told.flatMap(({ counted }) => [...counted.classes, ...counted.expected]));
  for (const { id, card, bars, counted } of told) {
    bars.forEach((bar, digit) => {
      const [behind, front] = bar.firstChild.children;
      behind.style.transform = `scaleY(${counted.expected[digit] / top})`;
      front.style.transform = `scaleY(${counted.classes[digit] / top})`;
      bar.title = `${digit}: ${lab.two(100 * counted.classes[digit])} %, real ${lab.two(100 * counted.expected[digit])} %`;
    });
    const shares = counted.classes.map((share, digit) => `${digit}: ${lab.percent(100 * share)}`);
    card.querySelector(".bars").setAttribute("aria-label", `${NAMES[id]}: classes of ${counted.n} draws, ${shares.join(", ")}`);
    const rows = [
      [counted.what, lab.count(counted.n)],
      ["mean confidence", lab.percent(100 * counted.confidence)],
      ["class imbalance", lab.two(100 * counted.off) + " %"],
    ];
    for (const [name, figure] of Object.entries(counted.figures))
      rows.push([FIGURES[name], lab.two(figure.value), `measured on ${lab.count(figure.n)} samples, seed ${figure.seed}`]);
    card.querySelector("dl").innerHTML = rows
      .map(([term, value, title = ""]) => `<dt title="${title}">${term}</dt><dd title="${title}">${value}</dd>`)
      .join("");
  }
}

const counts = COUNTS.map((n) => {
  const button = make("button", "", find(".counts"), String(n));
  button.type = "button";
  button.value = n;
  button.addEventListener("click", () => {
    count = n;
    lab.query.set("count", n);
    changed();
  });
  return button;
});
/** Ask every column for its sheet; for its histogram only when the draw itself is another. */
let asked = "";
function changed() {
  press(counts, count);
  put(find(".degree"), Number(temperature.value).toFixed(2));
  for (const { id, ask } of sources) ask({ source: id, count, ...draw() });
  if (asked === JSON.stringify(draw())) return;
  asked = JSON.stringify(draw());
  for (const view of sources) view.count({ source: view.id, ...draw() });
}
const listen = (control, name, value) =>
  control.addEventListener("input", () => {
    lab.query.set(name, value());
    changed();
  });
listen(seed, "seed", () => seed.value);
listen(temperature, "temperature", () => temperature.value);
listen(wanted, "class", () => wanted.value || null);
for (const radio of element.querySelectorAll('[name="sample-show"]'))
  radio.addEventListener("change", () => {
    nearest = radio.value === "nearest";
    lab.query.set("show", nearest ? "nearest" : null);
    for (const view of sources) view.fill();
  });
find('[data-do="new"]').addEventListener("click", () => {
  seed.value = Math.floor(Math.random() * 100000);
  seed.dispatchEvent(new Event("input"));
});
find('[data-do="save"]').addEventListener("click", () => {
  const drawn = sources.filter((view) => view.drawn);
  if (!drawn.length) return;
  const { answer, request } = drawn[0].drawn;
  const record = { ...request, weights: answer.weights, sources: {} };
  delete record.source;
  for (const { id, drawn: { answer }, counted } of drawn)
    record.sources[id] = { read_as: answer.read_as, confidence: answer.confidence, nearest_distance: answer.distance, classes: counted };
  const pictures = drawn.map(({ id, grid }) => ({ title: NAMES[id], canvas: grid.canvas }));
  lab.saveResult("mnistlab-sample", { pictures, record, snippet: SNIPPET, sheet: { columns: 4, side: 560 } });
});

// a code, a number a slider
const status = lab.status(find(".turning .lab-status"));
const [used, idle] = element.querySelectorAll(".dims");
const screens = { now: find(".now"), change: find(".change"), start: find(".start") };
for (const canvas of Object.values(screens)) lab.paintBlank(canvas, "nothing yet");
const TURNED = ["vae", "vae_2d", "ae_2d"];
let model = TURNED.includes(lab.query.get("code")) ? lab.query.get("code") : "vae";
let home = null; // the last answer: where the sliders start
let rows = [];
const signed = (z) => (Number(z.toFixed(2)) || 0).toFixed(2).replace("-", "−"); // never −0.00

const models = TURNED.map((id) => {
  const button = make("button", "", find(".models"), lab.names[id]);
  button.type = "button";
  button.value = id;
  button.addEventListener("click", () => {
    model = id;
    lab.query.set("code", id);
    begin();
  });
  return button;
});
function begin() {
  press(models, model);
  if (lab.store.digit) locate({ model, digit: lab.toBase64(lab.store.digit) });
  else status.fail("Draw a digit first: the pad is blank.");
}
const locate = lab.caller(server.dimensions, {
  status,
  show(answer, request) {
    turn.cancel();
    if (home?.model !== request.model) build(request.model, answer);
    home = { ...answer, model: request.model, picture: lab.unpack(answer.start) };
    const ends = lab.unpack(answer.ends);
    rows.forEach(({ i, input, low, high }) => {
      Object.assign(input, { min: answer.low[i], max: answer.high[i] });
      const end = (k) => ends.subarray((2 * i + k) * 784, (2 * i + k + 1) * 784);
      lab.paintDigit(low, end(0), `z${i + 1} at ${signed(answer.low[i])}`);
      lab.paintDigit(high, end(1), `z${i + 1} at ${signed(answer.high[i])}`);
    });
    lab.paintDigit(screens.start, home.picture, "your digit, decoded from its code");
    reset();
  },
});
/** The rows of one model: sorted by use, those that it does not use apart. */
function build(id, { order, spread, used: isUsed }) {
  used.innerHTML = idle.innerHTML = "";
  const most = Math.max(...spread);
  rows = order.map((i) => {
    const name = `z${i + 1}`;
    const row = make("li", "", isUsed[i] ? used : idle, `
      <label for="sample-${name}" title="standard deviation over the test digits: ${lab.two(spread[i])}">${name}<i style="--use:${spread[i] / most}"></i></label>
      <canvas class="lab-digit"></canvas><input type="range" id="sample-${name}" step="any"><canvas class="lab-digit"></canvas><output></output>`);
    const [low, high] = row.querySelectorAll("canvas");
    const view = { i, input: row.querySelector("input"), output: row.querySelector("output"), low, high };
    view.input.addEventListener("input", () => {
      label(view);
      turn({ model: home.model, code: code() });
    });
    return view;
  });
  const apart = isUsed.filter((on) => !on).length;
  find(".idle").hidden = apart === 0;
  put(find(".idle summary"), `${apart} dimension${apart === 1 ? "" : "s"} that the ${lab.names[id]} does not use`);
  const all = apart ? `The ${lab.names[id]} uses ${order.length - apart} of ${order.length} dimensions` : `${order.length} dimensions, all of them used`;
  put(find(".about"), `${all}, the most varied first. Left and right of each slider: your digit at its ends.`);
}
const label = ({ input, output }) => {
  put(output, signed(Number(input.value)));
  input.setAttribute("aria-valuetext", output.textContent);
};
const code = () => rows.reduce((z, { i, input }) => ((z[i] = Number(input.value)), z), []);
function reset() {
  for (const row of rows) {
    row.input.value = home.code[row.i];
    label(row);
  }
  turn.cancel();
  showTurned(home.picture, home, false);
}
const turn = lab.caller(server.turn, {
  status,
  show: (answer) => showTurned(lab.unpack(answer.picture), answer, true),
});
function showTurned(picture, { read_as: [digit], confidence: [sure] }, moved) {
  lab.paintDigit(screens.now, picture, `decoded: the referee reads ${digit}`);
  lab.paintDifference(screens.change, home.picture, picture, "what changed from the start");
  put(find(".says"), `The referee reads ${digit} (${lab.percent(100 * sure)})`);
  find('[data-do="reset"]').disabled = !moved;
}
find('[data-do="reset"]').addEventListener("click", reset);

changed();
press(models, model);
lab.store.follow(find(".turning"), begin);
