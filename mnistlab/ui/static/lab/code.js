/* A code as a strip: a bar a number, cells where they are many, two axes where there are two. */
(function (lab) {
  const GROUND = [20, 22, 26];
  const ZERO = [120, 124, 132];
  const WIDTH = [235, 235, 240]; // of a posterior
  const POSITIVE = [120, 214, 140];
  const NEGATIVE = [196, 140, 255];
  const [FEW, MANY] = [[36, 39, 44], [128, 133, 143]]; // test digits along an axis
  const MOST_BARS = 128;

  /**
   * Make a canvas the strip of one model's codes.
   * @returns {show(reading, axes, name), rest()}: `show` paints the code of a row of `examine` (`code`, `sd`,
   *   `scale`, `note`) and says in a sentence how to read it; `axes`, of a map, are those of `latent_map.axes`
   */
  lab.codeStrip = (canvas) => {
    let largest = 0; // of all codes that were shown, so that bars do not pump
    let size = [168, 40]; // in CSS pixels; told, for to ask would lay out the page at every stroke
    let again = null; // paints what is shown once more
    const scene = {}; // what no stroke changes
    new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = canvas;
      if (!width || (width === size[0] && height === size[1])) return;
      size = [width, height];
      again?.();
    }).observe(canvas);
    return {
      show(reading, axes, name) {
        again = () => this.show(reading, axes, name);
        const { code, sd, scale, note } = reading;
        const signed = Array.from(lab.toInt8(code), (v) => (v * scale) / 127);
        const widths = sd && Array.from(lab.unpack(sd), (v) => (v * scale) / 255);
        const brush = fresh(canvas, size);
        lab.describe(canvas, `${name}: code, ${note}` + (axes ? ", among those of the test digits" : ""));
        if (axes) {
          paintAxes(brush, scene, axes, signed, widths);
          return note + "; the paler an axis, the more test digits lie there";
        }
        largest = Math.max(largest, scale);
        const span = largest || 1;
        if (signed.length <= MOST_BARS) paintBars(brush, signed, widths, span);
        else paintCells(brush, signed, span);
        return note + `; the strip spans ±${lab.two(largest)}`;
      },
      rest() {
        again = () => this.rest();
        fresh(canvas, size);
        lab.describe(canvas, "nothing yet");
      },
    };
  };

  /** The canvas blank and as fine as the screen; what fills rectangles on it, in CSS pixels. */
  function fresh(canvas, [width, height]) {
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const fine = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
    if (canvas.width !== fine.width || canvas.height !== fine.height) Object.assign(canvas, fine);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const fill = (rgb, x, y, w, h) => {
      context.fillStyle = "rgb(" + rgb.join(",") + ")";
      context.fillRect(x, y, w, h);
    };
    fill(GROUND, 0, 0, width, height);
    return { context, fill, width, height };
  }
  const hue = (value) => (value < 0 ? NEGATIVE : POSITIVE);
  const shade = (share, floor) => lab.mix(GROUND, hue(share), floor + (1 - floor) * Math.min(1, Math.abs(share)));

  /** From the zero line, green up, purple down; a whisker as long as the posterior is wide. */
  function paintBars({ fill, width, height }, code, sd, span) {
    const middle = height / 2;
    const step = width / code.length;
    const bar = Math.min(step - (step > 4 ? 1 : 0), code.length > 4 ? 24 : 64);
    code.forEach((value, i) => {
      const size = (value / span) * (middle - 1);
      const x = i * step + (step - bar) / 2;
      fill(shade(value / span, 0.45), x, Math.min(middle, middle - size), bar, Math.abs(size));
      if (!sd) return;
      const reach = (sd[i] / span) * (middle - 1);
      fill(WIDTH, x + bar / 2 - 0.5, middle - size - reach, 1, 2 * reach);
    });
    fill(ZERO, 0, middle - 0.5, width, 1);
  }

  /** Rows of cells, where brightness is size. */
  function paintCells({ fill, width, height }, code, span) {
    const rows = Math.ceil(code.length / MOST_BARS);
    const [across, down] = [width / MOST_BARS, height / rows];
    code.forEach((value, i) => {
      if (value) fill(shade(value / span, 0.3), (i % MOST_BARS) * across, Math.floor(i / MOST_BARS) * down, across, down);
    });
  }

  /** For z1 and z2 how many test digits lie where, and a mark where this code does. */
  function paintAxes(brush, scene, axes, code, sd) {
    const { context, fill, height } = brush;
    const { width: across, height: down } = context.canvas;
    if (scene.axes !== axes || scene.picture.width !== across || scene.picture.height !== down) {
      paintScene(brush, axes);
      Object.assign(scene, { axes, picture: context.getImageData(0, 0, across, down) });
    }
    context.putImageData(scene.picture, 0, 0);
    const [left, right, tall] = between(brush);
    code.forEach((value, i) => {
      const top = 4 + (i * (height - 4)) / 2;
      const share = (z) => Math.min(1, Math.max(0, (z - axes.low[i]) / (axes.high[i] - axes.low[i])));
      const place = (z) => left + share(z) * (right - left);
      fill(GROUND, place(value) - 3.5, top - 2, 7, tall + 4);
      fill(hue(value), place(value) - 2, top - 2, 4, tall + 4);
      if (sd) fill(WIDTH, place(value - sd[i]), top + tall / 2 - 0.75, place(value + sd[i]) - place(value - sd[i]), 1.5);
    });
  }
  /** Where the axes begin and end, and how tall they are. */
  const between = ({ width, height }) => [24, width - 8, height / 2 - 6];
  function paintScene(brush, { low, high, counts }) {
    const { context, fill, height } = brush;
    const [left, right, tall] = between(brush);
    context.font = "600 11px system-ui, sans-serif";
    counts.forEach((along, i) => {
      const top = 4 + (i * (height - 4)) / 2;
      const most = Math.max(...along, 1);
      const slot = (right - left) / along.length;
      along.forEach((count, k) => fill(lab.mix(FEW, MANY, Math.sqrt(count / most)), left + k * slot, top, slot + 0.5, tall));
      const zero = left + (-low[i] / (high[i] - low[i])) * (right - left);
      if (low[i] < 0 && high[i] > 0) fill(GROUND, zero - 0.5, top, 1, tall);
      context.fillStyle = "#c9ccd2";
      context.fillText("z" + (i + 1), 5, top + tall / 2 + 4);
    });
  }
})(window.mnistlab);
