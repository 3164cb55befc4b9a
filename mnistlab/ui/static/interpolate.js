const find = (selector) => element.querySelector(selector);
const make = (tag, className, parent, html = "") => {
  const node = document.createElement(tag);
  node.className = className;
  node.innerHTML = html;
  parent.append(node);
  return node;
};
const put = (node, text) => node.textContent !== text && (node.textContent = text);
const status = lab.status(find(".lab-status"));
const NAMES = { vae: "VAE", multilayer: "Multilayer", vanilla: "Vanilla", pixels: "Cross-fade" };
const tint = (id) => (id === "pixels" ? "var(--model-original)" : lab.colour(id));
const SNIPPET = `"""Repeat result.json: walk between the same two digits."""
import base64
import json

import numpy as np
from mnistlab import Lab
from mnistlab.inference.interpolate import interpolate

record = json.load(open("result.json"))
a, b = (
    np.frombuffer(base64.b64decode(record[end]), np.uint8).reshape(28, 28).astype("float32") / 255
    for end in "ab"
)
lab = Lab.load()  # the weights of the record: see "weights"
for model in record["ways"]:
    if model != "pixels":
        way = interpolate(lab, a, b, model, record["steps"], record["path"])
        print(model, way["read_as"], way["confidence"].round(2))
`;

const steps = find(".steps");
steps.value = lab.query.number("steps", 16, 8, 32);
const frame = find(".frame");
frame.max = steps.value - 1;
frame.value = lab.query.number("frame", Math.floor(steps.value / 2), 0, 31);

/** A row of buttons of which one is down. */
function choice(place, name, options, change) {
  const asked = lab.query.get(name);
  const state = { value: options[asked] ? asked : Object.keys(options)[0] };
  const buttons = Object.entries(options).map(([value, text]) => {
    const button = make("button", "", place, text);
    button.type = "button";
    button.addEventListener("click", () => {
      state.value = value;
      lab.query.set(name, value);
      press();
      change();
    });
    return [value, button];
  });
  const press = () => buttons.forEach(([value, b]) => b.setAttribute("aria-pressed", value === state.value));
  press();
  return state;
}
const path = choice(find(".paths"), "path", { spherical: "Spherical", linear: "Linear" }, () => ask());
const plain = choice(find(".plains"), "plain", { multilayer: "Multilayer", vanilla: "Vanilla" }, () => ask());

const nextOf = (digit, after) => lab.nextTestDigit(server.shelf, digit, after, status);
const ends = {};
for (const [id, otherwise] of [["a", "mine"], ["b", "3"]])
  ends[id] = lab.end(find(".pair"), { id, otherwise, nextOf, change: () => ask() });

// the strips, there from the start; the second is whichever plain autoencoder is chosen
const slots = [0, 1, 2].map(() => {
  const figure = make("figure", "", find(".now"), '<canvas class="lab-digit"></canvas><figcaption><span>&nbsp;</span><b>&nbsp;</b><span>&nbsp;</span></figcaption>');
  const strip = make("div", "strip", find(".strips"), `
    <h3><i class="lab-swatch"></i><b></b><span></span></h3><div class="film"><canvas></canvas>
    <div class="sure" role="img" aria-label="nothing yet"></div><div class="read" aria-hidden="true"></div><i class="cursor" hidden></i></div>`);
  lab.paintBlank(figure.firstChild, "nothing yet");
  lab.describe(strip.querySelector("canvas"), "nothing yet");
  return { figure, strip, sure: strip.querySelector(".sure"), read: strip.querySelector(".read"), cursor: strip.querySelector(".cursor") };
});
let walked = null; // {answer, request, ways: [{id, frames, read_as, confidence}]}

function show(answer, request) {
  ends.a.show(answer.a);
  ends.b.show(answer.b);
  const ways = Object.entries(answer.ways).map(([id, way]) => ({ id, ...way, frames: lab.unpack(way.frames) }));
  walked = { answer, request, ways };
  const share = frame.value / frame.max; // the same place, whatever the number of steps
  frame.max = request.steps - 1;
  frame.value = Math.round(share * frame.max);
  ways.forEach((way, k) => showStrip(way, slots[k], request.steps));
  look();
  askCorners();
}
function showStrip({ id, read_as, confidence, frames }, { strip, sure, read, figure }, n) {
  strip.style.setProperty("--tint", tint(id));
  strip.querySelector(".lab-swatch").style.color = tint(id);
  put(strip.querySelector("b"), NAMES[id]);
  put(figure.querySelector("span"), NAMES[id]);
  const least = confidence.indexOf(Math.min(...confidence));
  put(strip.querySelector("h3 span"), `least sure ${lab.percent(100 * confidence[least])} at frame ${least + 1}`);
  paintStrip(strip.querySelector("canvas"), frames, n);
  // a run of one reading is one label
  const runs = [];
  read_as.forEach((digit) => (runs.at(-1)?.digit === digit ? runs.at(-1).length++ : runs.push({ digit, length: 1 })));
  lab.describe(strip.querySelector("canvas"), `${NAMES[id]}: ${n} frames, the referee reads ${runs.map((r) => r.digit).join(", then ")}`);
  sure.style.gridTemplateColumns = read.style.gridTemplateColumns = `repeat(${n}, minmax(0, 1fr))`;
  sure.innerHTML = confidence
    .map((p, i) => `<i style="transform:scaleY(${p})" title="frame ${i + 1}: ${read_as[i]}, ${lab.percent(100 * p)}"></i>`).join("");
  sure.setAttribute("aria-label", `the referee's confidence: ${confidence.map((p) => lab.percent(100 * p)).join(", ")}`);
  read.innerHTML = runs.map((r) => `<span style="grid-column:span ${r.length}">${r.digit}</span>`).join("");
}
const still = document.createElement("canvas"); // one frame, on its way to a strip
/** As many frames as there is room for, at least 20 pixels each, over the middles of their bars. */
function paintStrip(canvas, frames, n) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.scale(ratio, ratio);
  const cells = Math.min(n, Math.floor(width / 20));
  const side = Math.min(width / cells, height);
  for (let cell = 0; cell < cells; cell++) {
    const at = Math.round((cell * (n - 1)) / (cells - 1)) * 784;
    lab.paintDigit(still, frames.subarray(at, at + 784));
    context.drawImage(still, ((cell + 0.5) * width) / cells - side / 2, (height - side) / 2, side, side);
  }
}
new ResizeObserver(() => {
  walked?.ways.forEach((way, k) => paintStrip(slots[k].strip.querySelector("canvas"), way.frames, walked.request.steps));
}).observe(find(".strips"));

/** Put the frame of the scrubber in view: nothing travels for it. */
function look() {
  if (!walked) return;
  const n = walked.request.steps;
  const at = Math.min(Number(frame.value), n - 1);
  const says = walked.ways.map(({ id, frames, read_as, confidence }, k) => {
    const { figure, sure, cursor } = slots[k];
    const words = `reads ${read_as[at]}, ${lab.percent(100 * confidence[at])}`;
    lab.paintDigit(figure.firstChild, frames.subarray(at * 784, at * 784 + 784), `${NAMES[id]}, frame ${at + 1}: the referee ${words}`);
    put(figure.querySelector("b"), "reads " + read_as[at]);
    put(figure.querySelector("b + span"), lab.percent(100 * confidence[at]) + " sure");
    sure.querySelector(".here")?.classList.remove("here");
    sure.children[at].classList.add("here");
    Object.assign(cursor.style, { left: (100 * at) / n + "%", width: 100 / n + "%" });
    cursor.hidden = false;
    return `${NAMES[id]} ${words}`;
  });
  put(find(".place"), `frame ${at + 1} of ${n}`);
  frame.setAttribute("aria-valuetext", `frame ${at + 1} of ${n}: ${says.join("; ")}`);
}
frame.addEventListener("input", () => {
  play(false);
  look();
});
frame.addEventListener("change", () => lab.query.set("frame", frame.value));
const strips = find(".strips");
function point(event) {
  if (!walked || (event.type === "pointermove" && !event.buttons)) return;
  const box = strips.getBoundingClientRect();
  frame.value = Math.floor(((event.clientX - box.left) / box.width) * walked.request.steps);
  play(false);
  look();
}
strips.addEventListener("pointerdown", point);
strips.addEventListener("pointermove", point);

// play: there and back; with reduced motion slowly, and once
const button = find(".play");
let timer = 0;
function play(on) {
  clearInterval(timer);
  button.setAttribute("aria-pressed", on);
  button.setAttribute("aria-label", on ? "Pause" : "Play");
  if (!on || !walked) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const last = () => Number(frame.max);
  if (Number(frame.value) === last()) frame.value = 0;
  let step = 1;
  timer = setInterval(() => {
    if (!element.getClientRects().length) return play(false);
    if (step > 0 && Number(frame.value) === last()) step = -1;
    else if (step < 0 && Number(frame.value) === 0) step = 1;
    frame.value = Number(frame.value) + step;
    look();
    if (calm && Number(frame.value) === last()) play(false);
  }, calm ? 600 : 90);
}
button.addEventListener("click", () => play(button.getAttribute("aria-pressed") !== "true"));

const walk = lab.caller(server.ways, { status, show });
function ask() {
  put(find(".many"), steps.value);
  const { a, b } = ends;
  if (!a || !b) return; // the page is being made
  if (a.request && b.request) {
    walk({ a: a.request, b: b.request, plain: plain.value, steps: Number(steps.value), path: path.value });
    return;
  }
  walk.cancel();
  const nothing = a.request ? b.nothing : a.nothing;
  if (nothing) status.fail(nothing);
}
steps.addEventListener("input", () => {
  lab.query.set("steps", steps.value);
  ask();
});

// four corners
const square = find(".square");
const below = lab.status(square.querySelector(".lab-status"));
const picked = find(".picked canvas");
const corners = {};
(lab.query.get("corners") ?? "").split(",").forEach((text, k) => {
  const number = /^test:(\d{1,6})$/.exec(text);
  if (number) corners["cd"[k]] = Number(number[1]);
});
let morphed = null;
let morphing = ""; // what the square was last asked for
const grid = lab.grid(find(".sheet"), {
  name: "Square between four digits",
  onPick(i) {
    const { frames, read_as, confidence } = morphed;
    const words = `The referee reads ${read_as[i]} (${lab.percent(100 * confidence[i])})`;
    lab.paintDigit(picked, frames.subarray(i * 784, i * 784 + 784), `row ${Math.floor(i / 8) + 1}, column ${(i % 8) + 1}. ${words}`);
    put(find(".picked .lab-figure"), words);
  },
});
lab.paintBlank(picked, "nothing yet");
const morph = lab.caller(server.corners, {
  status: below,
  show(answer) {
    morphed = { ...answer, frames: lab.unpack(answer.frames) };
    grid.show(morphed.frames, `64 digits between four, the referee reads ${answer.read_as.join(" ")}`);
  },
});
let seen = false; // the square: what nobody looks at is not decoded
new IntersectionObserver(([entry]) => {
  seen = entry.isIntersecting;
  askCorners();
}).observe(find(".square .board"));
async function askCorners() {
  if (!seen || !walked) return;
  corners.c ??= await nextOf(0, -1);
  corners.d ??= await nextOf(6, -1);
  if (corners.c === null || corners.d === null) return;
  const { a, b, path } = walked.request;
  const request = JSON.stringify([a, b, corners, path]);
  if (request === morphing) return;
  morphing = request;
  morph({ a, b, c: { test: corners.c }, d: { test: corners.d }, path });
}
square.addEventListener("toggle", () => {
  if (!square.open) lab.query.set("corners", null);
});
for (const another of element.querySelectorAll("[data-corner]"))
  another.addEventListener("click", async () => {
    const { corner } = another.dataset;
    corners[corner] = await nextOf(Math.floor(Math.random() * 10), corners[corner] ?? -1);
    lab.query.set("corners", `test:${corners.c},test:${corners.d}`);
    askCorners();
  });
square.open = ("c" in corners && "d" in corners) || window.matchMedia("(min-width: 1024px)").matches;

// to keep
async function file(as) {
  if (!walked) return null;
  const answer = await lab.ask(server.keep, { ...walked.request, as }, status);
  return answer && lab.toBytes(answer.file);
}
for (const [as, type] of [["gif", "image/gif"], ["png", "image/png"]])
  find(`[data-do="${as}"]`).addEventListener("click", async () => {
    const bytes = await file(as);
    if (bytes) lab.download("mnistlab-interpolate." + as, bytes, type);
  });
find('[data-do="save"]').addEventListener("click", async () => {
  if (!walked) return;
  const { request: { steps, path }, answer } = walked;
  const [animation, strip] = [await file("gif"), await file("png")];
  if (!animation || !strip) return;
  const [a, b] = [answer.a, answer.b].map(({ picture }) => lab.toBase64(lab.unpack(picture)));
  const ways = Object.fromEntries(Object.entries(answer.ways).map(([id, { read_as, confidence }]) => [id, { read_as, confidence }]));
  const record = JSON.stringify({ a, b, steps, path, weights: answer.weights, ways }, null, 1) + "\n";
  lab.download("mnistlab-interpolate.zip", lab.zip({ "strips.png": strip, "walk.gif": animation, "result.json": record, "reproduce.py": SNIPPET }));
});

ask();
