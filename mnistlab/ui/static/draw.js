const find = (selector) => element.querySelector(selector);
const status = lab.status(find(".lab-status"));
const put = (node, text) => node.textContent !== text && (node.textContent = text);
const heard = find(".heard");
const hint = find(".hint");
const PREPARED = find(".about-steps").textContent;
const BLANK = "Draw a digit first: the pad is blank.";
// A seven by hand, for the first second: it goes the way of every drawing.
const EXAMPLE = [[[82, 72], [196, 70], [188, 96], [164, 140], [146, 182], [136, 222]], [[112, 150], [186, 146]]];

const SNIPPET = `"""Repeat result.json: every network on the same digit."""
import json

import numpy as np
from mnistlab import Lab

record = json.load(open("result.json"))
digit = np.array(record["pixels"], "float32").reshape(1, 28, 28) / 255
lab = Lab.load()  # the weights of the record: see "weights"
for model in record["models"]:
    if model != "gan":
        rebuilt = lab.reconstruct(model, digit)
        print(model, ((rebuilt - digit) ** 2).sum() / (digit**2).sum())
`;

// the rows are there from the start, so nothing jumps when the first answer comes
const rows = {};
for (const id of lab.models) {
  const row = document.createElement("li");
  row.className = "row idle";
  row.dataset.model = row.dataset.panel = id;
  const again = id.startsWith("vae")
    ? '<button type="button" title="Draw again from its posterior: what else could this code have meant?">resample</button>'
    : "";
  row.innerHTML = `
    <div class="who"><h3><i class="lab-swatch" style="color:${lab.colour(id)}"></i>${lab.names[id]}</h3>${again}</div>
    <canvas class="lab-digit rebuilt"></canvas><canvas class="lab-digit lost"></canvas>
    <div class="error"><p class="figures lab-figure"><span><b></b> error</span><span class="other"></span></p>
      <div class="bar"><i></i></div><p class="better"></p></div>
    <div class="code" data-panel="code"><canvas class="lab-code"></canvas><p class="lab-figure"></p></div>
    <div class="reads lab-figure"><b></b><span></span></div>`;
  find(".rows").append(row);
  const part = (selector) => row.querySelector(selector);
  rows[id] = {
    row, rebuilt: part(".rebuilt"), lost: part(".lost"), error: part(".error b"), other: part(".other"),
    bar: part(".bar i"), better: part(".better"), strip: lab.codeStrip(part(".code canvas")), note: part(".code p"),
    reads: part(".reads"), again: part("button"),
  };
  rows[id].again?.addEventListener("click", () => resample(id));
}
const chances = Array.from({ length: 10 }, (_, digit) => {
  const bar = document.createElement("span");
  bar.innerHTML = `<i></i>${digit}`;
  find(".chances").append(bar);
  return bar;
});
const steps = [...element.querySelectorAll("[data-step]")];

function rest() {
  for (const { row, rebuilt, lost, strip } of Object.values(rows)) {
    row.classList.add("idle");
    lab.paintBlank(rebuilt, "nothing yet");
    lab.paintBlank(lost, "nothing yet");
    strip.rest();
  }
  for (const canvas of steps) lab.paintBlank(canvas, "nothing yet");
  put(find(".about-steps"), PREPARED);
  for (const bar of chances) {
    bar.className = "";
    bar.firstChild.style.backgroundSize = "100% 0";
  }
}

let last = null; // what the rows show: {answer, request, input}
let settled = true; // no stroke is under way: only then is the verdict read out

function show(answer, request) {
  const input = lab.unpack(answer.input);
  last = { answer, request, input };
  if ("test" in request && pad.tag?.test === request.test && !pad.tag.shown) {
    pad.show(input, { tag: { ...pad.tag, shown: true }, example: true, remember: false });
  }
  const best = answer.referee.indexOf(Math.max(...answer.referee));
  const known = "test" in request ? answer.label : null;
  const name = known ?? (answer.verdict === "not" ? "drawing" : best);
  showVerdict(answer, best, known);
  showSteps(answer, request, name);
  for (const id of lab.models) if (answer.models[id]) showRow(id, answer.models[id], input, name, request);
  const origin = "test" in request ? "test:" + request.test : "ink:" + request.ink;
  lab.store.set(input, { origin, label: known });
}

function showVerdict(answer, best, known) {
  const box = find(".verdict");
  box.dataset.verdict = answer.verdict;
  put(find(".says"), answer.says);
  if (settled) put(heard, answer.says + ", the referee reads " + best);
  const truth = known === null ? "" : `, MNIST says ${known}`;
  const reads = answer.verdict === "not" ? "Made to choose, the referee says" : "The referee reads";
  put(find(".verdict .reads"), `${reads} ${best} (${lab.percent(100 * answer.referee[best])})${truth}`);
  put(find(".why"), answer.why);
  chances.forEach((bar, digit) => {
    bar.className = digit === best ? "best" : "";
    bar.firstChild.style.backgroundSize = "100% " + 100 * answer.referee[digit] + "%";
    bar.title = digit + ": " + lab.percent(100 * answer.referee[digit]);
  });
  const order = [...answer.referee.keys()].sort((a, b) => answer.referee[b] - answer.referee[a]);
  const text = order.slice(0, 3).map((d) => d + ": " + lab.percent(100 * answer.referee[d]));
  find(".chances").setAttribute("aria-label", "The referee reads " + text.join(", "));
}

function showSteps(answer, request, name) {
  const whole = answer.steps ? lab.unpack(answer.steps) : null;
  const on = request.normalize !== false;
  put(find(".about-steps"), whole ? PREPARED : "A test digit comes boxed and centred, as MNIST has it.");
  find(".steps").classList.toggle("off", !on || !whole);
  normalize.disabled = !whole; // of a test digit there is no other way to see
  steps.forEach((canvas, i) => {
    const picture = whole ? whole.subarray(i * 784, (i + 1) * 784) : lab.unpack(answer.input);
    const seen = i === (on ? 2 : 0);
    const title = ["as drawn", "in a box of 20 pixels", "centred by mass"][i];
    lab.paintDigit(canvas, picture, `your ${name}, ${title}`);
    canvas.parentElement.classList.toggle("seen", seen);
    canvas.parentElement.classList.toggle("skipped", !seen && (!on || !whole));
  });
}

function showRow(id, reading, input, name, request) {
  const view = rows[id];
  const rebuilt = lab.unpack(reading.reconstruction);
  const error = lab.two(reading.relative_error);
  const better = `better than ${lab.percent(reading.percentile)} of test digits`;
  const words = `${lab.names[id]}: ${id === "gan" ? "nearest sample to" : "reconstruction of"} your ${name}, error ${error}, ${better}`;
  lab.paintDigit(view.rebuilt, rebuilt, words);
  lab.paintDifference(view.lost, input, rebuilt, `${lab.names[id]}: what it lost and invented, error ${error}`);
  put(view.error, error);
  view.error.title = `relative error ${reading.relative_error}, mean squared error ${reading.mse}`;
  const otherwise = request.normalize === false ? "normalised" : "raw";
  put(view.other, reading.other_error === undefined ? "" : `${otherwise} ${lab.two(reading.other_error)}`);
  view.other.title = "the error had you switched normalising " + (otherwise === "raw" ? "off" : "on");
  put(view.better, better);
  view.bar.style.transform = `scaleX(${reading.percentile / 100})`;
  put(view.reads.firstChild, String(reading.read_as));
  put(view.reads.lastChild, lab.percent(100 * reading.confidence));
  view.reads.title = "what the referee reads in the reconstruction";
  view.reads.classList.toggle("wrong", typeof name === "number" && reading.read_as !== name);
  showCode(id, reading);
  put(view.note, reading.note);
  view.row.classList.remove("idle");
}

let axes = {}; // of each map: where test digits lie
function showCode(id, reading) {
  const { strip, note } = rows[id];
  note.title = strip.show(reading, axes[id], lab.names[id]);
}
// asked by nobody, so it says nothing but a failure, and wipes away no other
lab.ask(server.axes, {}, { fail: status.fail, wake() {}, clear() {} }).then((answer) => {
  axes = answer ?? {};
  for (const id of Object.keys(axes)) if (last?.answer.models[id]) showCode(id, last.answer.models[id]);
});

const examine = lab.caller(server.examine, {
  // a stroke begins as a dot, which is no digit: nobody is told so before the pen is lifted
  status: { ...status, fail: (text) => settled && status.fail(text) },
  show,
  failed: (_, request) => {
    if ("test" in request) lab.query.set("digit", null);
    else if (settled) unseen("No digit yet");
  },
});
const normalize = find(".normalize");

/** Send what is on the pad; while a stroke is drawn the address is left alone. */
function changed(drawing) {
  settled = !drawing;
  find('[data-do="undo"]').disabled = !pad.canUndo;
  put(hint, pad.isExample ? "Draw over it" : "");
  if (pad.tag?.test !== undefined) {
    examine({ test: pad.tag.test });
    if (!drawing) lab.query.set("digit", "test:" + pad.tag.test);
    return;
  }
  // what the other preparation would do is half as much work again: it waits for the pen to be lifted
  const question = (compare) => ({ ink: lab.encodeInk(pad.ink()), normalize: normalize.checked, compare });
  if (drawing) {
    examine(() => question(false));
    return;
  }
  if (!pad.ink().some(Boolean)) {
    examine.cancel();
    unseen("The pad is blank");
    return;
  }
  const whole = question(true);
  examine(whole);
  const text = whole.ink.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  lab.query.set("digit", pad.isExample ? null : "ink:" + text);
}
/** Rows at rest: nothing on the pad that a network could be asked about. */
function unseen(title) {
  last = null;
  rest();
  find(".verdict").dataset.verdict = "none";
  put(find(".says"), title);
  put(find(".verdict .reads"), "Draw a digit, any size, anywhere");
  put(find(".why"), "");
  lab.query.set("digit", null);
  lab.store.set(null);
}

const pad = lab.pad(find(".pad"), { onChange: changed, announce: (text) => put(heard, text) });
const brush = find(".brush input");
brush.addEventListener("input", () => pad.setBrush(Number(brush.value)));
find('[data-do="undo"]').addEventListener("click", () => pad.undo());
find('[data-do="clear"]').addEventListener("click", () => pad.clear());
normalize.addEventListener("change", () => {
  lab.query.set("normalize", normalize.checked ? null : "0");
  changed(false);
});
const onScreen = () => element.getClientRects().length > 0;
document.addEventListener("keydown", (event) => {
  if (!onScreen() || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.matches?.("input:not([type=range]):not([type=checkbox]), textarea")) return;
  event.preventDefault();
  pad.undo();
});

// test digits: each click on the same class gives another specimen
const latest = {}; // the index that each class showed last
async function specimen(digit) {
  const index = await lab.nextTestDigit(server.shelf, digit, latest[digit] ?? -1, status);
  if (index === null) return;
  latest[digit] = index;
  pad.show(new Uint8Array(784), { tag: { test: index }, example: true });
  changed(false);
}
for (let digit = 0; digit < 10; digit++) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = digit;
  button.setAttribute("aria-label", "A test digit: " + digit);
  button.addEventListener("click", () => specimen(digit));
  find(".shelf").append(button);
}

async function bring(file) {
  if (!file) return;
  let picture;
  try {
    picture = await lab.pictureText(file);
  } catch (problem) {
    return status.fail(problem.message);
  }
  const answer = await lab.ask(server.read_picture, { picture }, status);
  if (!answer) return;
  pad.show(lab.decodeInk(answer.ink));
  changed(false);
}
find("input[type=file]").addEventListener("change", (event) => {
  bring(event.target.files[0]);
  event.target.value = "";
});
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((f) => f.type.startsWith("image/"));
  if (file && onScreen()) bring(file);
});

async function resample(id) {
  if (!last) return;
  const { input } = last;
  const seed = Math.floor(Math.random() * 2 ** 32);
  const answer = await lab.ask(server.resample, { digit: lab.toBase64(input), model: id, seed }, status);
  if (!answer || last?.input !== input) return;
  const rebuilt = lab.unpack(answer.reconstruction);
  lab.paintDigit(rows[id].rebuilt, rebuilt, `${lab.names[id]}: another draw from its posterior, seed ${seed}`);
  lab.paintDifference(rows[id].lost, input, rebuilt);
}

find('[data-do="save"]').addEventListener("click", () => {
  if (!last) return status.fail(BLANK);
  const { answer, request, input } = last;
  const pictures = [{ title: "input", canvas: steps[request.normalize === false ? 0 : 2] }];
  for (const id of lab.models) pictures.push({ title: lab.names[id], canvas: rows[id].rebuilt });
  const record = { request, pixels: [...input], ...answer };
  lab.saveResult("mnistlab-draw", { pictures, record, snippet: SNIPPET, sheet: { columns: 5 } });
});

rest();
normalize.checked = lab.query.get("normalize") !== "0";
const wanted = lab.query.get("digit") ?? "";
const number = /^test:(\d{1,6})$/.exec(wanted);
const drawn = wanted.startsWith("ink:") && lab.decodeInk(wanted.slice(4).replaceAll("-", "+").replaceAll("_", "/"));
if (number) pad.show(new Uint8Array(784), { tag: { test: Number(number[1]) }, example: true, remember: false });
else if (drawn) pad.show(drawn, { remember: false });
else pad.strokes(EXAMPLE, { example: true, remember: false });
changed(false);
