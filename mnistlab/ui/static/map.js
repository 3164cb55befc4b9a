const find = (selector) => element.querySelector(selector);
const put = (node, text) => node.textContent !== text && (node.textContent = text);
const status = lab.status(find(".lab-status"));
const QUERY = { ae_2d: "z_ae", vae_2d: "z" };
const UNIT = { ae_2d: "in units of its code", vae_2d: "in standard deviations of the prior" };
const LOOK = {
  digits: "Cross between two colours: does the digit change, or fall apart?",
  grid: "White: test digits live there. Orange: none does, the network makes it up.",
  both: "Orange cells hold no test digit: are there any inside the crowd?",
};
const HOLES = {
  ae_2d: "of random codes, drawn from a normal fitted to these, land where no test digit lives: look along the arms, and between them.",
  vae_2d: "of random codes, drawn from a normal fitted to these, land where no test digit lives: look at what is drawn where classes touch.",
};
const SNIPPET = `"""Repeat result.json: decode the same points of the same maps."""
import json

import numpy as np
from mnistlab import Lab

record = json.load(open("result.json"))
lab = Lab.load()  # the weights of the record: see "weights"
for model, figures in record["maps"].items():
    picture = lab.decode(model, np.array([figures["z"]], "float32"))
    print(model, figures["z"], "reads", lab.classify(picture)[0].argmax())
`;
const MARGIN = { left: 34, right: 6, top: 6, bottom: 28 };
const signed = (z) => z.toFixed(2).replace("-", "−");
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

let view = lab.query.get("view") in LOOK ? lab.query.get("view") : "digits";
let only = /^\d$/.test(lab.query.get("only") ?? "") ? Number(lab.query.get("only")) : null;
let labels = []; // classes of the test digits that have a marker
let total = 0; // test digits in all
let active = null; // the plane whose nearest digits are ringed, here and on the other
const planes = {};


/** A plane before anything is on it: it has its size from the start, so that nothing jumps. */
function shell(id) {
  const panel = document.createElement("section");
  panel.className = "lab-panel plane";
  panel.dataset.panel = panel.dataset.model = id;
  panel.setAttribute("aria-label", lab.names[id]);
  panel.innerHTML = `
    <div class="top"><h2><i class="lab-swatch" style="color:${lab.colour(id)}"></i>${lab.names[id]}</h2>
      <div class="zoom" role="group" aria-label="Zoom of ${lab.names[id]}"><button type="button" data-zoom="0.7" aria-label="Zoom in" title="Zoom in (+)">+</button><button type="button" data-zoom="1.43" aria-label="Zoom out" title="Zoom out (−)">−</button><button type="button" data-zoom="0" title="The whole map (0)">Whole</button></div></div>
    <p class="about lab-quiet"><b class="holes lab-figure">–</b> ${HOLES[id]}</p>
    <canvas class="chart" tabindex="0" role="application"></canvas>
    <div class="read">
      <canvas class="lab-digit decoded"></canvas><p class="says lab-figure">&nbsp;</p><p class="where lab-figure">&nbsp;</p><p class="lives lab-figure"></p>
      <h3>Nearest test digits</h3><ol class="near">${'<li><canvas class="lab-digit"></canvas><span>&nbsp;</span></li>'.repeat(8)}</ol>
      <button type="button" class="home" title="Put the point back on your digit (Escape)">Back to your digit</button>
    </div>
    <p class="yours lab-figure"></p>`;
  find(".planes").append(panel);
  for (const canvas of panel.querySelectorAll(".lab-digit")) lab.paintBlank(canvas, "nothing yet");
  return panel;
}
const shells = { ae_2d: shell("ae_2d"), vae_2d: shell("vae_2d") };

function makePlane(id, data) {
  const panel = shells[id];
  const part = (selector) => panel.querySelector(selector);
  const canvas = part(".chart");
  const points = new Float32Array(lab.toBytes(data.points).buffer);
  const pictures = lab.unpack(data.grid);
  const { counts, ...sheets } = lab.plane.sheets(data, pictures);
  const cells = lab.cells(data, pictures, counts);
  const still = document.createElement("canvas"); // all that does not move with the point
  const whole = { z: data.centre, half: data.half };
  let frame = { ...whole }; // what is in view
  let box = null; // of the plot, in CSS pixels
  let probe = null; // {z, pinned, nearest}
  let yours = null; // {z, sd}
  let dirty = true;
  let waiting = 0;

  const toScreen = ([a, b]) => [
    box.left + ((a - frame.z[0]) / frame.half + 1) * box.side / 2,
    box.top + (1 - (b - frame.z[1]) / frame.half) * box.side / 2,
  ];
  const toCode = (x, y) => [
    frame.z[0] + ((2 * (x - box.left)) / box.side - 1) * frame.half,
    frame.z[1] - ((2 * (y - box.top)) / box.side - 1) * frame.half,
  ];
  const inView = (z) => z.every((v, i) => Math.abs(v - frame.z[i]) <= frame.half);

  function redraw(all = true) {
    dirty ||= all;
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      draw();
    });
  }
  function draw() {
    if (!box) return;
    const ratio = window.devicePixelRatio || 1;
    const size = Math.round(canvas.clientWidth * ratio);
    if (canvas.width !== size) canvas.width = canvas.height = still.width = still.height = size;
    if (dirty) {
      const context = still.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      lab.plane.still(context, { box, frame, toScreen, view, only, sheets, whole, points, labels });
      dirty = false;
    }
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const nearest = planes[active]?.nearest() ?? [];
    lab.plane.moving(context, { box, frame, toScreen, points, labels, nearest, yours, probe, mine: active === id });
  }
  function resize() {
    const width = canvas.clientWidth;
    if (!width) return;
    const side = Math.min(width - MARGIN.left - MARGIN.right, width - MARGIN.top - MARGIN.bottom);
    box = { left: MARGIN.left, top: MARGIN.top, side, width };
    redraw();
  }
  new ResizeObserver(resize).observe(canvas);

  const call = lab.caller(server.decode_at, {
    status,
    show(answer, request) {
      if (request.z !== probe.z) return;
      probe.answer = answer;
      const words = `the referee reads ${answer.read_as} (${lab.percent(100 * answer.confidence)})`;
      lab.paintDigit(part(".decoded"), lab.unpack(answer.picture), `${lab.names[id]} at ${spoken(probe.z)}: ${words}`);
      put(part(".says"), `Reads ${answer.read_as} (${lab.percent(100 * answer.confidence)})`);
      const near = lab.unpack(answer.pictures);
      part(".near").querySelectorAll("li").forEach((item, k) => {
        const index = answer.nearest[k];
        item.hidden = index === undefined;
        if (item.hidden) return;
        lab.paintDigit(item.firstChild, near.subarray(k * 784, k * 784 + 784), `test digit ${index}, a ${labels[index]}`);
        put(item.lastChild, labels[index]);
        item.title = `test digit ${index}, ${lab.two(answer.distance[k])} away`;
      });
      hear(`${lab.names[id]}, ${spoken(probe.z)}: ${words}. ${part(".lives").textContent} Nearest: ${answer.nearest.map((i) => labels[i]).join(", ")}.`);
    },
  });
  /** Move the point. Pinned, it stays when the pointer goes on, and the address names it. */
  function point(place, pinned) {
    const z = pinned ? place.map((v) => Number(v.toFixed(3))) : place; // as the address keeps it
    const before = probe?.pinned;
    probe = { z, pinned, nearest: lab.nearestTo(z, points) };
    active = id;
    lab.paintDigit(part(".decoded"), cells.blend(z));
    const count = cells.count(z);
    put(part(".where"), spoken(z));
    put(part(".lives"), `${count ? lab.count(count) : "None"} of ${lab.count(total)} test digits ${count === 1 ? "lives" : "live"} in this cell.`);
    part(".lives").classList.toggle("nobody", !count);
    if (pinned || before) lab.query.set(QUERY[id], pinned ? z.join(",") : null);
    call({ model: id, z });
    for (const plane of Object.values(planes)) plane.redraw(false);
  }
  function home() {
    point(yours ? yours.z : whole.z, false);
  }
  function zoom(factor, about = frame.z) {
    const half = factor ? clamp(frame.half * factor, whole.half / 12, whole.half * 2) : whole.half;
    const share = half / frame.half;
    look(frame.z.map((c, i) => about[i] + (c - about[i]) * share), half);
  }
  /** Look at another part; never away from the map. */
  function look(z, half = frame.half) {
    const room = Math.max(0, whole.half - half);
    frame = { z: z.map((c, i) => clamp(c, whole.z[i] - room, whole.z[i] + room)), half };
    redraw();
    tellYours();
  }
  function tellYours() {
    if (!yours) return put(part(".yours"), "");
    const width = yours.sd ? `, width ${yours.sd.map(lab.two).join(" and ")}` : "";
    put(part(".yours"), `Your digit: ${spoken(yours.z)}${width}${inView(yours.z) ? "" : ", outside of what is in view"}.`);
  }

  lab.plane.hands(canvas, {
    at: (event) => {
      const corner = canvas.getBoundingClientRect();
      return toCode(event.clientX - corner.left, event.clientY - corner.top);
    },
    hover: (z) => probe?.pinned || point(z, false),
    place: (z) => point(z, true),
    drag: (from, to) => look(frame.z.map((c, i) => c + from[i] - to[i])),
    zoom, home,
    step: ([dx, dy], far) => {
      const size = frame.half / (far ? 8 : 40);
      const limits = frame.z.map((c) => [c - frame.half, c + frame.half]);
      point([dx, dy].map((d, i) => clamp(probe.z[i] + d * size, ...limits[i])), true);
    },
  });
  canvas.setAttribute("aria-label", `Map of ${lab.names[id]}, ${lab.count(labels.length)} test digits, z1 across and z2 up, ${UNIT[id]}. Arrow keys move the point, plus and minus zoom, Escape goes back to your digit.`);
  for (const button of panel.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
  part(".home").addEventListener("click", home);
  put(part(".holes"), `${lab.two(100 * data.holes)} %`);
  resize();

  const asked = (lab.query.get(QUERY[id]) ?? "").split(",").map(Number);
  const given = asked.length === 2 && lab.query.get(QUERY[id]).trim() && asked.every((v) => Math.abs(v) < 1e4);
  point(given ? asked : whole.z, Boolean(given));
  return {
    redraw,
    nearest: () => probe.nearest,
    /** What is at the point, to keep; null until the server has said it. */
    result() {
      if (!probe.answer) return null;
      const { read_as, confidence, nearest, distance, weights } = probe.answer;
      const pictures = [{ title: lab.names[id], canvas }, { title: spoken(probe.z), canvas: part(".decoded") }];
      const figures = { z: probe.z, read_as, confidence, nearest, distance, yours, holes: data.holes };
      return { id, pictures, weights, figures };
    },
    pinned: () => probe.pinned,
    yours(place) {
      yours = place;
      tellYours();
      if (!probe.pinned) home();
      else redraw(false);
    },
  };
}
find('[data-do="save"]').addEventListener("click", () => {
  const results = Object.values(planes).map((plane) => plane.result()).filter(Boolean);
  if (!results.length) return;
  const digit = lab.store.digit && lab.toBase64(lab.store.digit);
  const record = { digit, weights: results[0].weights, maps: Object.fromEntries(results.map(({ id, figures }) => [id, figures])) };
  const pictures = results.flatMap((result) => result.pictures);
  lab.saveResult("mnistlab-map", { pictures, record, snippet: SNIPPET, sheet: { columns: 4, side: 420 } });
});
const spoken = (z) => z.map((v, i) => `z${i + 1} ${signed(v)}`).join(", ");

let hearing = 0;
function hear(text) {
  clearTimeout(hearing);
  hearing = setTimeout(() => put(find(".heard"), text), 500);
}
const redrawAll = () => Object.values(planes).forEach((plane) => plane.redraw());

const classes = lab.classes.map((_, digit) => {
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = `<canvas width="40" height="40" aria-hidden="true"></canvas>${digit}`;
  button.setAttribute("aria-label", `Only ${digit}`);
  lab.drawMarker(button.firstChild.getContext("2d"), digit, 20, 20, 11);
  button.addEventListener("click", () => choose(only === digit ? null : digit));
  find(".classes").append(button);
  return button;
});
function choose(digit) {
  only = digit;
  lab.query.set("only", only);
  classes.forEach((button, i) => button.setAttribute("aria-pressed", String(i === only)));
  redrawAll();
}
for (const radio of element.querySelectorAll('[name="map-view"]')) {
  radio.checked = radio.value === view;
  radio.addEventListener("change", () => {
    view = radio.value;
    lab.query.set("view", view === "digits" ? null : view);
    put(find(".look"), LOOK[view]);
    redrawAll();
  });
}
put(find(".look"), LOOK[view]);
choose(only);

const locate = lab.caller(server.locate, {
  status,
  show({ places }) {
    for (const [id, place] of Object.entries(places)) planes[id].yours(place);
    active = Object.keys(planes).find((id) => planes[id].pinned()) ?? active;
  },
});
lab.ask(server.overview, {}, status).then((answer) => {
  if (!answer) return;
  labels = [...answer.labels].map(Number);
  total = answer.digits;
  for (const id of Object.keys(shells)) {
    if (id in answer.models) planes[id] = makePlane(id, answer.models[id]);
    else shells[id].remove();
  }
  lab.store.follow(element, (digit) => locate({ digit: lab.toBase64(digit) }));
});
