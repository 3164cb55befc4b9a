/* Pictures: digits, signed differences, markers. Always on a dark screen, in the light theme too. */
(function (lab) {
  lab.names = {
    vanilla: "Vanilla",
    multilayer: "Multilayer",
    convolutional: "Convolutional",
    sparse: "Sparse",
    denoising: "Denoising",
    vae: "VAE",
    ae_2d: "2-D autoencoder",
    vae_2d: "2-D VAE",
    gan: "GAN",
    classifier: "Referee",
  };
  /** The nine networks in the order of the page (the referee judges them and has no row). */
  lab.models = Object.keys(lab.names).filter((id) => id !== "classifier");
  /** The one colour of a model (or of "median", "gaussian", "linear", "original"), for SVG and CSS. */
  lab.colour = (id) => "var(--model-" + id.replace("_", "-") + ")";

  const LOST = [90, 169, 255];
  const RIGHT = [20, 22, 26];
  const INVENTED = [255, 157, 58];
  const mix = lab.mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));
  // a colour as a canvas has it in memory, on every machine that a browser runs on
  const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  const table = (size, colourOf) => Uint32Array.from({ length: size }, (_, i) => packed(colourOf(i)));
  // index 255 is "right"; the power lets a tenth of ink be seen
  const difference = table(511, (i) =>
    mix(RIGHT, i < 255 ? LOST : INVENTED, Math.pow(Math.abs(i - 255) / 255, 0.6)),
  );
  const grey = table(256, (v) => Array(3).fill(Math.round(11 + (v * 244) / 255)));
  const blank = packed(RIGHT);

  const screens = new WeakMap(); // of each canvas, what its pixels are written to
  function screen(canvas, width, height) {
    const known = screens.get(canvas);
    if (known && canvas.width === width && canvas.height === height) return known;
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const fresh = { context, image, pixels: new Uint32Array(image.data.buffer) };
    screens.set(canvas, fresh);
    return fresh;
  }
  /** @param colourAt the packed colour of a pixel. */
  function paint(canvas, width, colourAt, height = width) {
    const { context, image, pixels } = screen(canvas, width, height);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colourAt(i);
    context.putImageData(image, 0, 0);
  }
  /** Tell those who cannot see a canvas what is on it. */
  lab.describe = (canvas, text) => {
    if (canvas.getAttribute("aria-label") === text) return;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", text);
  };
  /** A 28 x 28 digit, 0 = paper, 255 = ink. The canvas has one pixel a pixel; CSS keeps it crisp. */
  lab.paintDigit = (canvas, bytes, text) => {
    paint(canvas, Math.sqrt(bytes.length), (i) => grey[bytes[i]]);
    if (text) lab.describe(canvas, text);
  };
  /** Reconstruction minus original: blue is ink that was lost, orange is ink that was invented. */
  lab.paintDifference = (canvas, original, reconstruction, text) => {
    paint(canvas, 28, (i) => difference[255 + reconstruction[i] - original[i]]);
    if (text) lab.describe(canvas, text);
  };
  /** Weights, on the colours of a difference: blue is below zero, orange above. 127 is full colour. */
  lab.paintWeights = (canvas, values, width, text) => {
    const colourAt = (i) => difference[255 + 2 * values[i]];
    paint(canvas, width, colourAt, values.length / width);
    lab.describe(canvas, text);
  };
  /** A screen with nothing on it yet. */
  lab.paintBlank = (canvas, text) => {
    paint(canvas, 28, () => blank);
    if (text) lab.describe(canvas, text);
  };

  /** Ten classes: colour for a dark screen, and a shape, so that hue is never needed. */
  lab.classes = [
    ["#77aadd", "ring"], ["#ee8866", "bar"], ["#eedd88", "diamond"], ["#ffaabb", "triangle"],
    ["#99ddff", "square"], ["#44bb99", "star"], ["#bbcc33", "hexagon"], ["#d7a35a", "wedge"],
    ["#dddddd", "plus"], ["#b88cff", "cross"],
  ].map(([colour, shape]) => ({ colour, shape }));
  const polygon = (context, x, y, r, corners, turn = 0, inner = 1) => {
    const points = inner === 1 ? corners : corners * 2;
    for (let i = 0; i < points; i++) {
      const radius = i % 2 ? r * inner : r;
      const angle = turn - Math.PI / 2 + (i * 2 * Math.PI) / points;
      context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
    context.closePath();
  };
  /** The marker of class `digit`, centred on x, y, about 2 r wide. */
  lab.drawMarker = (context, digit, x, y, r) => {
    const { colour, shape } = lab.classes[digit];
    context.save();
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = Math.max(1, r * 0.55);
    context.beginPath();
    const turns = { cross: Math.PI / 4, wedge: Math.PI, square: Math.PI / 4 };
    const turn = turns[shape] || 0;
    if (shape === "ring") context.arc(x, y, r * 0.75, 0, 2 * Math.PI);
    if (shape === "bar") context.rect(x - r * 0.25, y - r, r * 0.5, r * 2);
    if (shape === "diamond" || shape === "square") polygon(context, x, y, r, 4, turn);
    if (shape === "triangle" || shape === "wedge") polygon(context, x, y, r, 3, turn);
    if (shape === "hexagon") polygon(context, x, y, r, 6);
    if (shape === "star") polygon(context, x, y, r, 5, 0, 0.45);
    if (shape === "plus" || shape === "cross")
      for (const angle of [turn, turn + Math.PI / 2]) {
        const [dx, dy] = [r * 0.9 * Math.cos(angle), r * 0.9 * Math.sin(angle)];
        context.moveTo(x - dx, y - dy);
        context.lineTo(x + dx, y + dy);
      }
    if (["ring", "plus", "cross"].includes(shape)) context.stroke();
    else context.fill();
    context.restore();
  };
})(window.mnistlab);
