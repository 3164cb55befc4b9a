const find = (selector) => element.querySelector(selector);
const status = lab.status(find(".lab-status"));
const put = (node, text) => node.textContent !== text && (node.textContent = text);
lab.noise.strip(find(".strip"), "denoise-kind");

const FILTERS = {
  median: "Median filter",
  median_unclipped: "Median, unclipped",
  gaussian: "Gaussian filter",
  gaussian_unclipped: "Gaussian, unclipped",
};
const nameOf = (id) => FILTERS[id] ?? lab.names[id];
const spoken = (id) => nameOf(id).replace(", unclipped", " (unclipped)");
const others = lab.models.filter((id) => id !== "denoising");
const SPAN = { psnr: 12, ssim: 0.8 }; // where a bar of gain ends, either way
// `finest` is how many decimals are worth telling
const MEASURES = {
  psnr: { title: "PSNR, dB", unit: "\u00a0dB", finest: 2 },
  ssim: { title: "SSIM", unit: "", finest: 3 },
};
let measure = lab.query.get("measure") === "ssim" ? "ssim" : "psnr";
let last = null; // what is on screen: {answer, request}
let curves = null; // {kinds, trained_at}, once they are here
let chart = null;

const rows = {};
for (const [title, ids] of [["The denoiser", ["denoising"]], ["Filters", Object.keys(FILTERS)], ["The other networks", others]]) {
  const group = document.createElement("tbody");
  group.innerHTML = `<tr class="group"><th colspan="5" scope="rowgroup">${title}</th></tr>`;
  for (const id of ids) {
    const row = document.createElement("tr");
    row.className = "row idle";
    row.dataset.method = row.dataset.panel = id;
    row.innerHTML = `<td><canvas class="lab-digit"></canvas></td>
      <th scope="row"><span class="method">${nameOf(id)}<span class="best"></span></span><span class="bar"><i style="background:${lab.colour(colourOf(id))}"></i></span></th>
      <td class="lab-figure" data-measure="psnr"></td><td class="lab-figure" data-measure="ssim"></td><td class="lab-figure reads"></td>`;
    group.append(row);
    const part = (selector) => row.querySelector(selector);
    rows[id] = {
      row, canvas: part("canvas"), best: part(".best"), bar: part(".bar i"), reads: part(".reads"),
      psnr: part('[data-measure="psnr"]'), ssim: part('[data-measure="ssim"]'),
    };
  }
  find("table").append(group);
}
function colourOf(id) {
  return id.replace("_unclipped", "");
}

const reads = ({ read_as, confidence }) => `reads ${read_as} (${lab.percent(100 * confidence)})`;
const signed = (gain, finest) => {
  const value = Number(gain.toFixed(finest));
  const small = Math.abs(value) < 10 ** (1 - finest);
  const text = small ? String(value).replace("-", "−") : lab.two(value);
  return (value > 0 ? "+" : "") + text;
};
const gainOf = (row) => row[measure + "_gain"];
const inUnit = (value) => lab.two(value) + MEASURES[measure].unit;
const stage = (name, bytes, figures, words) => {
  const figure = find(`.stage .${name}`);
  if (bytes) lab.paintDigit(figure.querySelector("canvas"), bytes, words);
  else lab.paintBlank(figure.querySelector("canvas"), "nothing yet");
  put(figure.querySelector("figcaption span"), figures);
};

function blank() {
  call.cancel();
  last = null;
  for (const { row, canvas } of Object.values(rows)) {
    row.classList.add("idle");
    lab.paintBlank(canvas, "nothing yet");
  }
  for (const name of ["clean", "noisy", "result"]) stage(name, null, "");
  say("", "");
  if (!lab.store.digit) status.fail("Draw a digit first: the pad is blank.");
}

function show(answer, request) {
  last = { answer, request };
  const { label, level } = lab.noises[request.kind];
  stage("clean", lab.toBytes(request.digit), "kept from all of them", "your digit, clean");
  stage("noisy", lab.unpack(answer.picture), figures(answer.noisy), `your digit with ${label} noise, ${level(request.strength)}: ${figures(answer.noisy)}`);
  const cleaned = answer.rows.denoising;
  stage("result", lab.unpack(cleaned.picture), figures(cleaned), `what the denoiser makes of it: ${figures(cleaned)}`);
  for (const [id, row] of Object.entries(answer.rows)) showRow(id, row);
  compare();
}
const figures = ({ psnr, ssim }) => `${lab.two(psnr)} dB, SSIM ${lab.two(ssim)}`;

function showRow(id, row) {
  const view = rows[id];
  lab.paintDigit(view.canvas, lab.unpack(row.picture), `${nameOf(id)} on the noisy digit: ${figures(row)}, the referee ${reads(row)}`);
  for (const key of ["psnr", "ssim"]) {
    put(view[key], signed(row[key + "_gain"], MEASURES[key].finest));
    view[key].title = `from ${last.answer.noisy[key]} to ${row[key]}`;
    view[key].classList.toggle("worse", row[key + "_gain"] < 0);
  }
  put(view.reads, `${row.read_as} ${lab.percent(100 * row.confidence)}`);
  view.reads.classList.toggle("worse", row.read_as !== (lab.store.label ?? last.answer.clean.read_as));
  view.row.classList.remove("idle");
}

/** What depends on the measure: bars, the mark of the best, the sentence. */
function compare() {
  for (const cell of element.querySelectorAll("[data-measure]")) cell.classList.toggle("chosen", cell.dataset.measure === measure);
  if (!last) return;
  const { answer } = last;
  const best = answer.best[measure];
  for (const [id, row] of Object.entries(answer.rows)) {
    const share = Math.max(-1, Math.min(1, gainOf(row) / SPAN[measure]));
    rows[id].bar.style.transform = `scaleX(${share})`;
    put(rows[id].best, id === best ? "best" : "");
    rows[id].row.classList.toggle("first", id === best);
  }
  say(...verdict(answer, best));
}
function say(says, why) {
  put(find(".says"), says);
  put(find(".why"), why);
}

function verdict({ rows: all }, best) {
  const gain = (id) => gainOf(all[id]);
  const filter = Object.keys(FILTERS).reduce((a, b) => (gain(b) > gain(a) ? b : a));
  const networks = Object.keys(all).filter((id) => !(id in FILTERS));
  const worse = networks.filter((id) => gain(id) < gain(filter)).length;
  const beaten = (worse === networks.length ? "all" : (worse || "none") + " of the") + ` ${networks.length} networks`;
  const rest = `${spoken(filter)} is the best filter, with a gain of ${inUnit(gain(filter))}, and beats ${beaten}.`;
  if (gain(best) <= 0) return ["Nothing helps here", `Even the best, ${spoken(best)}, loses ${inUnit(-gain(best))}: leave the picture as it is.`];
  if (best === "denoising") return [`The denoiser wins: it gains ${inUnit(gain(best))}`, rest];
  if (best === filter) {
    const own = gain("denoising");
    const denoiser = own > 0 ? `gains ${inUnit(own)}` : `loses ${inUnit(-own)}`;
    return [`A filter wins: ${spoken(best)} gains ${inUnit(gain(best))}`, `The denoiser ${denoiser}. The filter beats ${beaten}.`];
  }
  return [`${nameOf(best)} wins: it gains ${inUnit(gain(best))}`, `The denoiser gains ${inUnit(gain("denoising"))}. ${rest}`];
}

const SERIES = ["denoising", ...Object.keys(FILTERS), ...others];
/** The curves of the kind of noise that is chosen; they travelled once, with all kinds. */
function showCurves() {
  const data = curves?.kinds[lab.noise.now.kind];
  find(".chart").hidden = !data;
  if (!curves) return;
  if (!data) {
    put(find(".about-curve"), "These weights came without curves for this kind of noise.");
    return;
  }
  const named = [...SERIES.filter((id) => id in data[measure]).map((id) => [id, nameOf(id)]), ["noisy", "Left noisy"]];
  const trained = lab.noise.now.kind === "gaussian" && curves.trained_at;
  const drawn = named.map(([id, name]) => ({
    id: id === "noisy" ? "original" : colourOf(id),
    name,
    points: data.strengths.map((strength, i) => [strength, data[measure][id][i]]),
    dashed: id === "noisy" || id.endsWith("_unclipped"),
    faint: others.includes(id),
  }));
  put(find(".about-curve"), `Over ${lab.count(data.n)} test digits, seed ${data.seed}. Click the curve to go there.`);
  const { label } = lab.noises[lab.noise.now.kind];
  const options = {
    label: `${MEASURES[measure].title} against the strength of the noise (${label}), a curve a method`,
    x: { label: `Strength (${label})`, low: 0, high: 1 },
    y: { label: MEASURES[measure].title },
    curves: drawn,
    marks: trained ? [{ x: curves.trained_at, label: "training level" }] : [],
    height: 330,
    onPick: (strength) => lab.noise.set({ strength: Math.round(strength * 100) / 100 }),
  };
  if (chart) chart.update(options);
  else chart = lab.lineChart(find(".chart"), options);
  here();
}
const here = () => chart?.here(lab.noise.now.strength, find(".chart").clientWidth < 480 ? "here" : "you are here");

const call = lab.caller(server.denoise, { status, show, failed: () => say("", "") });
for (const radio of element.querySelectorAll('[name="denoise-measure"]')) {
  radio.checked = radio.value === measure;
  radio.addEventListener("change", () => {
    measure = radio.value;
    lab.query.set("measure", measure);
    compare();
    showCurves();
  });
}
find('[data-do="save"]').addEventListener("click", () => {
  if (!last) return status.fail("Draw a digit first: the pad is blank.");
  const pictures = ["clean", "noisy"].map((name) => ({ title: name, canvas: find(`.stage .${name} canvas`) }));
  for (const [id, { canvas }] of Object.entries(rows)) pictures.push({ title: nameOf(id), canvas });
  lab.noise.save("compare_denoisers", { ...last, pictures });
});
blank();
compare();
lab.noise.follow(element, call, blank);
lab.noise.subscribe(({ kind }, before) => {
  if (kind !== before.kind) showCurves();
  else here();
});
lab.ask(server.curves, {}, status).then((answer) => {
  curves = answer;
  showCurves();
});
