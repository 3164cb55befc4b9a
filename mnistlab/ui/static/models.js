const find = (selector) => element.querySelector(selector);
const put = (node, text) => node.textContent !== text && (node.textContent = text);
const status = lab.status(find(".lab-status"));
const escape = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const phone = window.matchMedia("(max-width: 640px)");
const size = (shape) => shape.reduce((a, b) => a * b, 1);
const exact = (v) => (v === null ? "" : String(Number(v.toPrecision(3))).replace("-", "−"));

const KINDS = {
  Dense: "dense", Conv2D: "convolution", ResidualConv: "residual pair of convolutions", Reshape: "reshape",
  Fold: "pixels to channels", Unfold: "channels to pixels", TopK: "the strongest alone", Input: "what goes in",
  BatchNormalization: "batch normalisation", Sequential: "affine coupling", Cropping2D: "crop", Flatten: "reshape",
  Concatenate: "side by side", Add: "sum, the skip", Activation: "activation", Dropout: "dropout, in training alone",
};
const WATCHED = {
  loss: "Loss", mse: "Squared error", nll: "Reconstruction term", kl: "KL term", accuracy: "Accuracy",
  g_loss: "Generator", d_loss: "Discriminator",
};
const LEARNED = {
  atom: ["Atoms", "What each unit of the code draws by itself. Look for single strokes, or for ripples over the whole digit."],
  unit: ["First layer", "What each unit of the first layer looks for. Look for spots and edges, and for units that look for nothing."],
  filter: ["Filters", "What each first filter looks for in a patch of the picture. Look for edges at all angles."],
  stamp: ["Stamps", "What each last channel of the generator puts on the picture. Look for bits of stroke."],
};
const VERDICT = { goal: "goal reached", floor: "floor reached", short: "short of the floor" };
const RIVAL = { ours: "best of those here", original: "the original is better", linear: "a linear map is better" };

const SNIPPET = `"""Measure the model of result.json again, in a copy of the repository; MNIST is downloaded once."""
import json
import subprocess

subprocess.run(["python", "train.py", json.load(open("result.json"))["model"], "--evaluate"], check=True)
`;
let model = null;
let [table, weights] = [[], ""]; // the figures of all models, and the revision of their weights
let shown = null; // the portrait on screen
let frames = { epochs: [], pixels: null }; // of its replay
let chart = null;
let watched = "loss";
let playing = 0;
const screens = Array.from({ length: 20 }, (_, i) => {
  const canvas = document.createElement("canvas");
  canvas.className = "lab-digit";
  find(i < 10 ? ".frames" : ".drawn .frames").append(canvas);
  lab.paintBlank(canvas, "nothing yet");
  return canvas;
});

function choice(parent, name, options, chosen, pick) {
  parent.querySelectorAll("label").forEach((label) => label.remove());
  for (const [value, html] of options) {
    const label = document.createElement("label");
    label.innerHTML = `<input type="radio" name="${name}" value="${value}"><span>${html}</span>`;
    const radio = label.firstChild;
    radio.checked = value === chosen;
    radio.addEventListener("change", () => pick(value));
    parent.append(label);
  }
}

function open(id) {
  model = id;
  stop();
  lab.query.set({ model: id, epoch: null });
  ask();
}
function ask() {
  portrait({ model });
  replay({ model });
  filters({ model, first: 0 });
}

const portrait = lab.caller(server.portrait, {
  status,
  show(answer, request) {
    shown = { ...answer, model: request.model };
    put(find(".what h2"), lab.names[shown.model]);
    find(".what h2").insertAdjacentHTML("afterbegin", `<i class="lab-swatch" style="color:${lab.colour(shown.model)}"></i>`);
    put(find(".what .says"), answer.says);
    put(find(".facts"), facts(answer));
    put(find(".makes"), answer.formula);
    find(".about").innerHTML = answer.about.map((text) => `<p>${linked(text)}</p>`).join("");
    showLayers(answer.layers);
    const names = answer.history.map(({ name }) => name).sort((a, b) => (b === "loss") - (a === "loss"));
    if (!names.includes(watched)) watched = names[0];
    choice(find(".watched"), "models-watched", names.map((name) => [name, WATCHED[name] ?? escape(name)]), watched, (name) => {
      watched = name;
      showCurves();
    });
    showCurves();
    showFigures();
    if (find(".code").open) showCode();
    find(".portrait").classList.add("ready");
  },
});
function facts({ parameters, epochs, minutes, seed, versions, configuration }) {
  const code = configuration.code ? `, code of ${lab.count(configuration.code)} numbers` : "";
  const time = minutes < 1 ? "less than a minute" : `${lab.two(minutes)} minutes`;
  const made = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `${lab.count(parameters)} parameters${code}. ${epochs} epochs in ${time}, seed ${seed}; ${made}.`;
}
/** The references of a docstring, as links where they have an address of their own. */
function linked(text) {
  const flowing = escape(text).replace(/\n(?!Papers?:)/g, " ");
  return flowing.replace(/arXiv:(\d{4}\.\d{4,5})/g, '<a href="https://arxiv.org/abs/$1" rel="noopener" target="_blank">arXiv:$1</a>');
}

function showLayers(layers) {
  const most = Math.log(Math.max(...layers.map(({ shape }) => size(shape))) + 1);
  let part = null;
  find(".layers tbody").innerHTML = layers.map((layer) => {
    const head = layer.part === part ? "" : `<tr class="part"><th colspan="4" scope="rowgroup">${escape(layer.part)}</th></tr>`;
    part = layer.part;
    const width = (100 * Math.log(size(layer.shape) + 1)) / most;
    return `${head}<tr><td>${escape(layer.name)}<small>${KINDS[layer.kind] ?? escape(layer.kind)}</small></td>
      <td>${layer.shape.map(lab.count).join(" × ")}</td><td><i style="--bar:${lab.colour(shown.model)};width:${width.toFixed(1)}%"></i></td>
      <td>${layer.parameters ? lab.count(layer.parameters) : ""}</td></tr>`;
  }).join("");
}

// the epochs: curves, and ten digits through them
function showCurves() {
  const entry = shown.history.find(({ name }) => name === watched);
  find(".curves .chart").hidden = !entry;
  if (!entry) return;
  const points = (values) => values.map((value, i) => [i + 1, value]);
  const curves = [
    { id: shown.model, name: "held out", points: points(entry.held_out) },
    { id: shown.model, name: "training", points: points(entry.training), dashed: true },
  ].filter((curve) => curve.points.length);
  const all = [...entry.training, ...entry.held_out];
  const log = Math.min(...all) > 0 && Math.max(...all) > 3 * Math.min(...all);
  const title = WATCHED[watched] ?? watched;
  const options = {
    label: `${title} of ${lab.names[shown.model]} by epoch: ${curves.map((c) => `${c.name} ${lab.two(c.points[0][1])} to ${lab.two(c.points.at(-1)[1])}`).join(", ")}`,
    x: { label: "Epoch", low: 0 },
    y: { label: title + (log ? ", log scale" : ""), log },
    curves,
    height: 230,
    onPick(epoch) {
      if (!frames.epochs.length) return;
      stop();
      const away = frames.epochs.map((e) => Math.abs(e - epoch));
      go(away.indexOf(Math.min(...away)));
    },
  };
  if (chart) chart.update(options);
  else chart = lab.lineChart(find(".curves .chart"), options);
  here();
}
function here() {
  const epoch = frames.epochs[Number(scrub.value)];
  chart?.here(epoch ?? null, `epoch ${epoch}`);
}

const scrub = find(".scrub input");
const replay = lab.caller(server.replay, {
  status,
  show(answer, request) {
    const { epochs } = answer;
    frames = { epochs, pixels: epochs.length ? lab.unpack(answer.frames) : null, model: request.model };
    find(".drawn").hidden = !epochs.length || frames.pixels.length < 20 * 784 * epochs.length;
    scrub.max = Math.max(0, epochs.length - 1);
    scrub.disabled = find(".play").disabled = epochs.length < 2;
    const about = request.model === "gan"
      ? "Ten draws from the same ten codes, one of each class. When do they become digits?"
      : "The same ten held-out digits, rebuilt after each of these epochs. What comes first, place or shape?";
    put(find(".about-replay"), epochs.length ? about : "Nothing was kept of its epochs: it draws no digits, or these weights came without.");
    const wanted = lab.query.number("epoch", NaN);
    go(Number.isFinite(wanted) && epochs.includes(wanted) ? epochs.indexOf(wanted) : epochs.length - 1, false);
  },
});
function go(index, told = true) {
  const { epochs, pixels } = frames;
  if (!epochs.length) {
    screens.forEach((canvas) => lab.paintBlank(canvas, "nothing was kept"));
    put(find(".epoch"), "–");
    return here();
  }
  scrub.value = index;
  const text = `epoch ${epochs[index]} of ${epochs.at(-1)}`;
  const each = pixels.length / 784 / epochs.length; // ten, or twenty where it draws too
  screens.slice(0, each).forEach((canvas, i) => {
    const start = (index * each + i) * 784;
    const what = i < 10 ? `digit ${i}` : `draw ${i - 9} of ten`;
    lab.paintDigit(canvas, pixels.subarray(start, start + 784), `${lab.names[frames.model]}: ${what}, after ${text}`);
  });
  put(find(".epoch"), "E" + text.slice(1));
  scrub.setAttribute("aria-valuetext", text);
  if (told) lab.query.set("epoch", epochs[index]);
  here();
}
scrub.addEventListener("input", () => {
  stop();
  go(Number(scrub.value));
});
function stop() {
  clearInterval(playing);
  playing = 0;
  put(find(".play"), "Play");
}
find(".play").addEventListener("click", () => {
  if (playing) return stop();
  const last = frames.epochs.length - 1;
  if (Number(scrub.value) === last) go(0, false);
  put(find(".play"), "Pause");
  playing = setInterval(() => {
    const next = Number(scrub.value) + 1;
    go(next, next === last);
    if (next >= last) stop();
  }, 300);
});

// what it has learned to see or to draw
let sheet = null;
const filters = lab.caller(server.filters, {
  status,
  show(answer, request) {
    sheet = { ...answer, model: request.model };
    const [title, about] = LEARNED[answer.kind];
    const last = Math.min(answer.first + 128, answer.count);
    put(find(".learned h2"), answer.count > 128 ? `${title} ${lab.count(answer.first + 1)} to ${lab.count(last)} of ${lab.count(answer.count)}` : `${title}, all ${answer.count}`);
    put(find(".about-filters"), answer.count ? `${about} Full colour is a weight of ${lab.two(answer.full)} or more.` : "These weights hold none that can be looked at.");
    for (const button of element.querySelectorAll("[data-step]")) button.disabled = button.dataset.step < 0 ? !answer.first : last >= answer.count;
    find(".pages").hidden = answer.count <= 128;
    paintSheet();
  },
});
function paintSheet() {
  const canvas = find(".sheet");
  canvas.hidden = !sheet.count;
  if (!sheet.count) return;
  const values = lab.toInt8(sheet.pictures);
  const { side } = sheet;
  const count = values.length / side ** 2;
  const columns = Math.min(count, phone.matches ? 8 : 16);
  const rows = Math.ceil(count / columns);
  const width = columns * (side + 1) + 1;
  const all = new Int8Array(width * (rows * (side + 1) + 1));
  for (let i = 0; i < count; i++)
    for (let y = 0; y < side; y++) {
      const top = Math.floor(i / columns) * (side + 1) + 1 + y;
      all.set(values.subarray((i * side + y) * side, (i * side + y + 1) * side), top * width + (i % columns) * (side + 1) + 1);
    }
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  lab.paintWeights(canvas, all, width, `${lab.names[sheet.model]}: ${find(".learned h2").textContent}, ${side} by ${side} weights each, blue below zero, orange above`);
}
phone.addEventListener("change", () => sheet && paintSheet());
for (const button of element.querySelectorAll("[data-step]"))
  button.addEventListener("click", () => filters({ model, first: sheet.first + 128 * Number(button.dataset.step) }));

// the figures
function showFigures() {
  const all = find('.scope [value="all"]').checked;
  const rows = all ? table : shown?.figures ?? [];
  find(".held-out table").hidden = !rows.length;
  find(".held-out .none").hidden = Boolean(rows.length);
  find(".held-out tbody").innerHTML = rows.map((row) => {
    const cell = (label, key, rival) =>
      `<td class="number${row.best === rival && rival ? " first" : ""}" data-label="${label}" title="${row[key] ?? ""}">${exact(row[key])}${key === "value" && row.spread ? " ± " + lab.two(row.spread) : ""}</td>`;
    const seed = row.seed === null ? "" : ` title="seed ${row.seed}"`;
    const verdict = [RIVAL[row.best], VERDICT[row.reached]].filter(Boolean).join("; ");
    return `<tr><th scope="row"><i class="lab-swatch" style="color:${lab.colour(row.model)}"></i> ${lab.names[row.model]}</th>
      <td class="figure">${escape(row.title)}${row.unit ? `, ${escape(row.unit)}` : ""}<small>${escape(row.meaning)}</small></td>
      ${cell("Here", "value", "ours")}${cell("Original", "baseline", "original")}${cell("Linear bound", "bound", "linear")}${cell("Goal", "goal")}
      <td class="number" data-label="Digits"${seed}>${lab.count(row.n)}</td><td class="verdict${row.reached === "short" ? " short" : ""}">${verdict}</td></tr>`;
  }).join("");
}
for (const radio of element.querySelectorAll('[name="models-scope"]')) radio.addEventListener("change", showFigures);

find('[data-do="save"]').addEventListener("click", () => {
  if (!shown) return;
  const { layers, about, says, formula, ...record } = shown;
  const pictures = screens.slice(0, 10).map((canvas, i) => ({ title: `digit ${i}`, canvas }));
  lab.saveResult("mnistlab-" + shown.model, { pictures, record: { ...record, weights }, snippet: SNIPPET, sheet: { columns: 5 } });
});

async function showCode() {
  const answer = await lab.ask(server.source, { model }, status);
  if (!answer) return;
  put(find(".file"), answer.file);
  put(find("pre"), answer.code);
}
find(".code").addEventListener("toggle", (event) => event.target.open && showCode());

lab.ask(server.catalogue, {}, status).then((answer) => {
  if (!answer) return;
  [table, weights] = [answer.table, answer.revision];
  const wanted = lab.query.get("model");
  model = answer.models.includes(wanted) ? wanted : answer.models[0];
  const swatch = (id) => `<i class="lab-swatch" style="color:${lab.colour(id)}"></i>${lab.names[id]}`;
  choice(find(".ids"), "models-id", answer.models.map((id) => [id, swatch(id)]), model, open);
  const problem = answer.problem ? ` <span class="problem">${escape(answer.problem)}</span>` : "";
  find(".weights").innerHTML = `Weights: ${escape(answer.source)}, revision ${escape(answer.revision)}.${problem}`;
  find(".ids :checked").parentElement.scrollIntoView({ block: "nearest", inline: "center" });
  ask();
});
