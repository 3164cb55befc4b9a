const find = (selector) => element.querySelector(selector);
const status = lab.status(find(".lab-status"));
const put = (node, text) => node.textContent !== text && (node.textContent = text);
lab.noise.strip(find(".strip"), "noise-kind");

const wanted = lab.query.get("model");
let chosen = lab.models.includes(wanted) ? wanted : "denoising";
let last = null; // what is on screen: {answer, request}

const cards = {};
for (const id of lab.models) {
  const card = document.createElement("label");
  card.className = "card";
  card.dataset.model = card.dataset.panel = id;
  card.innerHTML = `<input type="radio" name="noise-result" value="${id}" aria-label="${lab.names[id]}">
    <canvas class="lab-digit rebuilt"></canvas><canvas class="lab-digit lost"></canvas>
    <div class="about"><h3><i class="lab-swatch" style="color:${lab.colour(id)}"></i>${lab.names[id]}</h3>
      <p class="error lab-figure"><span><b></b> error</span><span class="best"></span></p>
      <div class="bar"><i></i><u></u></div>
      <p class="reads lab-figure"></p></div>`;
  find(".cards").append(card);
  const part = (selector) => card.querySelector(selector);
  cards[id] = {
    card, radio: part("input"), rebuilt: part(".rebuilt"), lost: part(".lost"), error: part(".error b"),
    best: part(".best"), bar: part(".bar i"), mark: part(".bar u"), reads: part(".reads"),
  };
}
cards[chosen].radio.checked = true;

const reads = ({ read_as, confidence }) => `reads ${read_as} (${lab.percent(100 * confidence)})`;
const seen = ({ read_as, confidence }) => `reads ${read_as}, ${lab.percent(100 * confidence)}`;
const stage = (name, bytes, title, lines, words) => {
  const figure = find(`.stage .${name}`);
  if (bytes) lab.paintDigit(figure.querySelector("canvas"), bytes, words);
  else lab.paintBlank(figure.querySelector("canvas"), title + ": nothing yet");
  put(figure.querySelector("b"), title);
  figure.querySelectorAll("span").forEach((span, i) => put(span, lines[i] ?? ""));
};

function blank() {
  call.cancel();
  last = null;
  for (const { card, rebuilt, lost } of Object.values(cards)) {
    card.classList.add("idle");
    lab.paintBlank(rebuilt, "nothing yet");
    lab.paintBlank(lost, "nothing yet");
  }
  for (const [name, title] of [["clean", "Clean"], ["noisy", "Noisy"], ["result", lab.names[chosen]]])
    stage(name, null, title, []);
  if (!lab.store.digit) status.fail("Draw a digit first: the pad is blank.");
}

function show(answer, request) {
  last = { answer, request };
  const clean = lab.toBytes(request.digit);
  const noise = `${lab.noises[request.kind].label} noise, ${lab.noises[request.kind].level(request.strength)}`;
  const error = lab.two(answer.noisy.relative_error);
  stage("clean", clean, "Clean", [seen(answer.clean)], `your digit, the referee ${reads(answer.clean)}`);
  stage("noisy", lab.unpack(answer.picture), "Noisy", [`error ${error}`, seen(answer.noisy)],
    `your digit with ${noise}, error ${error}, the referee ${reads(answer.noisy)}`);
  const ids = Object.keys(answer.rows);
  const least = ids.reduce((a, b) => (answer.rows[b].relative_error < answer.rows[a].relative_error ? b : a));
  const truth = lab.store.label ?? answer.clean.read_as;
  for (const [id, row] of Object.entries(answer.rows)) showCard(id, row, clean, id === least, truth);
  showResult();
  const closer = ids.filter((id) => answer.rows[id].relative_error < answer.noisy.relative_error).length;
  const read = ids.filter((id) => answer.rows[id].read_as === truth).length;
  put(find(".says"), `${closer} of ${ids.length} networks come closer than the noisy picture`);
  put(find(".why"), `Closest is ${lab.names[least]}, error ${lab.two(answer.rows[least].relative_error)}. The referee still reads ${truth} in ${read} of the ${ids.length} results.`);
}

function showCard(id, row, clean, best, truth) {
  const view = cards[id];
  const picture = lab.unpack(row.picture);
  const error = lab.two(row.relative_error);
  const words = `${lab.names[id]} on the noisy digit: error ${error}, the referee ${reads(row)}`;
  lab.paintDigit(view.rebuilt, picture, words);
  lab.paintDifference(view.lost, clean, picture, `${lab.names[id]}: ink lost and invented against the clean digit`);
  put(view.error, error);
  view.error.title = `relative error ${row.relative_error}; without noise ${row.error_without_noise}`;
  put(view.best, best ? "least" : "");
  view.bar.style.transform = `scaleX(${Math.min(1, row.relative_error)})`;
  view.mark.style.left = 100 * Math.min(1, row.error_without_noise) + "%";
  put(view.reads, seen(row));
  view.reads.classList.toggle("wrong", row.read_as !== truth);
  view.card.classList.remove("idle");
}

function showResult() {
  const row = last?.answer.rows[chosen];
  const error = row && lab.two(row.relative_error);
  stage("result", row && lab.unpack(row.picture), lab.names[chosen], row ? [`error ${error}`, seen(row)] : [],
    row && `${lab.names[chosen]} on the noisy digit: error ${error}, the referee ${reads(row)}`);
}

const call = lab.caller(server.spoil, { status, show });
find(".cards").addEventListener("change", ({ target }) => {
  chosen = target.value;
  lab.query.set("model", chosen);
  showResult();
});
find('[data-do="save"]').addEventListener("click", () => {
  if (!last) return status.fail("Draw a digit first: the pad is blank.");
  const pictures = ["clean", "noisy"].map((name) => ({ title: name, canvas: find(`.stage .${name} canvas`) }));
  for (const [id, { rebuilt }] of Object.entries(cards)) pictures.push({ title: lab.names[id], canvas: rebuilt });
  lab.noise.save("compare_models", { ...last, pictures });
});
blank();
lab.noise.follow(element, call, blank);
